#!/bin/bash
# What README shows of the command lines is what the programs print.
source "$(dirname "$0")/expect.sh" "$@"

# block COMMAND: the code block of README that starts with `$ COMMAND`.
block() {
  awk -v start="\$ $1" '
    $0 == start { inside = 1; next }
    inside && /^```/ { exit }
    inside { print }' "$SOURCE/README.md"
}
agrees() {
  block "$1" >shown
  shift
  "$@" | sed -e 's/ *$//' -e :a -e '/^\n*$/{$d;N;ba' -e '}' >printed
  diff shown printed || wrong "README does not show the output of $*"
}
agrees 'thrace --help' "$LAUNCHER" --help
agrees 'trace-decode --help' "$BUILD/decoder/trace-decode" --help

# Every folder and script that it names is there.
grep -oE '`(scripts|core|preload|decoder|tests)/[A-Za-z0-9_./-]*`' "$SOURCE/README.md" | tr -d '`' |
  sort -u | while read -r path; do
  [[ -e $SOURCE/$path ]] || { echo "README names $path"; exit 1; }
done || wrong "README names what is not there"
finish

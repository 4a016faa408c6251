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
agrees 'trace-decode export --help' "$BUILD/decoder/trace-decode" export --help

# Each verb and each format of export is in the tables of questions.
"$BUILD/decoder/trace-decode" --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z]*\) .*/\1/p' >verbs
[[ $(wc -l <verbs) -ge 10 ]] || wrong "no verbs found in the help"
while read -r verb; do
  grep -qE "^\|.*(trace-decode $verb[ \`]|\`$verb\`)" "$SOURCE/README.md" || wrong "README has no question for $verb"
done <verbs
"$BUILD/decoder/trace-decode" export --help | sed -n '/^Formats:/,$s/^\([a-z]*\): .*/\1/p' >formats
[[ $(wc -l <formats) -ge 5 ]] || wrong "no formats found in the help"
while read -r format; do
  grep -q "^|.*--format=$format " "$SOURCE/README.md" || wrong "README has no question for $format"
done <formats

# Every folder and script that it names is there.
grep -oE '`(scripts|core|preload|decoder|tests)/[A-Za-z0-9_./-]*`' "$SOURCE/README.md" | tr -d '`' |
  sort -u | while read -r path; do
  [[ -e $SOURCE/$path ]] || { echo "README names $path"; exit 1; }
done || wrong "README names what is not there"
finish

#!/bin/sh
# Exports assembled traces and lets Go's own tool judge them: it must accept each, and find the same
# numbers of creations, waits and wakes as dump.
#
#   check_go_test.sh TRACE-DECODE GOLDEN-FOLDER
#
# Exit status 77 (skipped) without Go 1.23.
set -u
decode=$1
golden=$2
go=
for candidate in go /usr/lib/go-1.23/bin/go; do
  if $candidate version 2>/dev/null | grep -qE 'go1\.(2[3-9]|[3-9][0-9])'; then go=$candidate; fi
done
if [ -z "$go" ]; then
  echo "SKIPPED: no Go 1.23 (package golang-1.23-go of bookworm-backports): the export is not judged"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
bad=0

# count FILE PATTERN
count() { grep -cE "$2" "$1"; }

for test in "$golden"/*.test; do
  name=$(basename "$test" .test)
  case $name in fail-*) continue ;; esac
  sed -n '/^-- trace --$/,/^-- command --$/p' "$test" | grep -v '^-- ' >trace.txt
  "$decode" assemble trace.txt -o trace.thr || { echo "$name: not assembled"; bad=1; continue; }
  "$decode" export --format=go -o trace.go trace.thr 2>/dev/null
  [ $? -eq 1 ] && continue # not readable, which is what that test is about
  "$decode" dump --ordered trace.thr >dump.txt 2>/dev/null
  [ -s dump.txt ] || continue # Go refuses a trace in which nothing happened
  if ! $go tool trace -d=1 trace.go >go.txt 2>error.txt; then
    echo "$name: refused: $(cat error.txt)"
    bad=1
    continue
  fi
  # A loss is bridged by events that are not in the trace.
  grep -q ' Lost ' dump.txt && continue
  for pair in 'GoCreate |GoCreateSyscall :NotExist->' 'GoBlock :Running->Waiting' \
              'GoUnblock :Waiting->Runnable'; do
    ours=$(count dump.txt "${pair%%:*}")
    theirs=$(grep 'StateTransition.*Goroutine' go.txt | grep -cE "${pair#*:}")
    if [ "$ours" != "$theirs" ]; then
      echo "$name: ${pair%%:*}: $ours in the trace, $theirs in the export"
      bad=1
    fi
  done
  [ "$name" = stacks ] || continue
  for frame in thread.demo+0x1500 demo+0x1110 demo+0x1330 demo+0x1440 demo+0x1550; do
    grep -q "$frame @" go.txt || { echo "$name: the frame $frame is missing"; bad=1; }
  done
done
exit $bad

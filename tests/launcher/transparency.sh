#!/bin/bash
# The command finds what it would find without the launcher, and ends the same way.
source "$(dirname "$0")/expect.sh" "$@"
use_stand_ins

state=$HERE/launcher_state

# The same arguments, descriptors, signals, limits, parent and folder.
compare() {
  "$state" a '' 'b c' >bare
  "$LAUNCHER" -q "$state" a '' 'b c' >recorded
  diff bare recorded || wrong "$1: the program sees a difference"
}
compare "as it is"
(trap '' INT CHLD PIPE; compare "ignored signals"; exit $FAILED) || FAILED=1
(exec 3</dev/null 7</dev/null 9>&1; compare "descriptors"; exit $FAILED) || FAILED=1
(ulimit -c 0; umask 027; mkdir deep && cd deep && compare "limits and folder"; exit $FAILED) || FAILED=1
env --block-signal=USR1 "$state" >bare
env --block-signal=USR1 "$LAUNCHER" -q "$state" >recorded
diff bare recorded || wrong "blocked signals"

# The variables are those that were there, and ours.
env -u THRACE_LIBRARY env | grep -v '^_=' | grep -v ^THRACE_ | sort >bare
"$LAUNCHER" -q env | grep -v '^_=' | grep -v -e ^THRACE_ -e ^LD_PRELOAD= | sort >recorded
diff bare recorded || wrong "environment"

# The same pid, input, output, status; death by a signal.
"$LAUNCHER" -q sh -c 'echo $$' >out & pid=$!
wait $pid
equal pid "$(cat out)" "$pid"
equal input "$(echo text | "$LAUNCHER" -q cat)" text
run "$LAUNCHER" -q sh -c 'echo o; echo e >&2; exit 41'
equal status "$STATUS" 41
equal stdout "$(cat out)" o
equal stderr "$(cat err)" e
run "$LAUNCHER" -q sh -c 'kill -TERM $$'
equal signal "$STATUS" 143
run "$LAUNCHER" -q sh -c 'exit 127'
equal "the command's own 127" "$STATUS" 127

# A reader of the pipe is not kept waiting by the collector.
SECONDS=0
"$LAUNCHER" true 2>&1 | cat >/dev/null
((SECONDS < 20)) || wrong "the pipe stayed open for $SECONDS s"
equal argv0 "$("$LAUNCHER" -q sh -c 'tr "\0" " " </proc/$$/cmdline')" \
  'sh -c tr "\0" " " </proc/$$/cmdline '
finish

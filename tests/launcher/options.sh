#!/bin/bash
# Each option becomes its variable; each wrong use has its sentence.
source "$(dirname "$0")/expect.sh" "$@"
use_stand_ins

# sets VARIABLE VALUE OPTION...: in the program and in the collector alike.
sets() {
  local variable=$1 value=$2
  shift 2
  : >note
  equal "$*" "$("$LAUNCHER" "$@" -- sh -c "echo \"\$$variable\"" 2>/dev/null)" "$value"
  grep -qx "$variable=$value" note || wrong "$*: the collector has no $variable=$value"
}
sets THRACE_OUTPUT "$WORK/a.thr" -o a.thr
sets THRACE_OUTPUT "$WORK/a.%e.%p" --output=a.%e.%p
sets THRACE_OUTPUT "$WORK/b.$(hostname).thr" -o b.%h.thr
sets THRACE_OUTPUT "$WORK/thrace.%e.%p.thr"
sets THRACE_FORCE 1 -f
sets THRACE_FORCE 1 --force
sets THRACE_BUFFER 8M -b 8M
sets THRACE_BUFFER 8M -b8M
sets THRACE_LEVEL 3 --level 3
sets THRACE_LEVEL 5 -z 3 -z5
sets THRACE_PERIOD 10ms --period 10ms
sets THRACE_CLOCK mono --clock mono
sets THRACE_ON_FULL wait --on-full=wait
sets THRACE_SYNC end --sync end
sets THRACE_STRESS 1 --stress
sets THRACE_QUIET 1 -q
sets THRACE_LOG "$WORK/log" --log log
THRACE_LEVEL=7 sets THRACE_LEVEL 7
THRACE_LEVEL=7 sets THRACE_LEVEL 8 -qz8

# -E is for the program alone.
: >note
equal "-E" "$(A=1 "$LAUNCHER" -q -E A -E B=2=3 -E THRACE_MINE=4 sh -c 'echo "${A-unset} $B $THRACE_MINE"')" \
  "unset 2=3 4"
grep -q THRACE_MINE note && wrong "-E reached the collector"

# Options of the command are the command's; so is everything behind --.
equal "command's options" "$("$LAUNCHER" -q echo -q --help -- -z)" "-q --help -- -z"
equal "behind --" "$("$LAUNCHER" -q -- echo -- x)" "-- x"
run "$LAUNCHER" -qE
equal "-qE alone" "$STATUS" 125

# The folder's name may hold what a template would fill in.
mkdir 100%p
equal "percent in the folder" "$(cd 100%p && "$LAUNCHER" -q -o %p.thr sh -c 'echo $THRACE_OUTPUT')" \
  "$WORK/100%%p/%p.thr"

# The one line, and -q.
run "$LAUNCHER" -o 'my trace.thr' true
grep -qx "thrace: recording to 'my trace.thr', then: .*trace-decode summary 'my trace.thr'" err ||
  wrong "the line at start is: $(cat err)"
touch taken taken.1
run "$LAUNCHER" -o taken true
grep -q '^thrace: recording to taken.2, ' err || wrong "beside what was there: $(cat err)"
run "$LAUNCHER" -f -o taken true
grep -q '^thrace: recording to taken, ' err || wrong "--force: $(cat err)"
ln -s taken link
run "$LAUNCHER" -f -o link true
grep -q '^thrace: recording to link.1, ' err || wrong "--force on a link: $(cat err)"
run "$LAUNCHER" -q true
[[ ! -s err ]] || wrong "-q says: $(cat err)"

run "$LAUNCHER" --help
[[ $STATUS == 0 && $(head -n 1 out) == "Usage: thrace [OPTIONS] [--] COMMAND [ARG...]" ]] || wrong "--help"
run "$LAUNCHER" -V
grep -Eqx 'thrace [0-9.]+ \(trace format [0-9]+\)' out || wrong "--version: $(cat out)"

refuses 125 'unknown option --bogus' --bogus touch touched
refuses 125 'unknown option' -qX touch touched
refuses 125 'no command' -q
refuses 125 'no command' --
refuses 125 '--level needs a value' --level
refuses 125 '--level is "99"' -z 99 touch touched
refuses 125 '--buffer is "1K"' -b 1K touch touched
refuses 125 '--period is "5"' --period 5 touch touched
refuses 125 '--clock is "sun"' --clock sun touch touched
refuses 125 '--on-full is "burst"' --on-full burst touch touched
THRACE_LEVEL=x refuses 125 'THRACE_LEVEL is "x"' touch touched
finish

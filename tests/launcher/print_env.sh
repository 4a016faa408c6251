#!/bin/bash
# --print-env prints what a service needs; --check answers questions.  Neither runs anything.
source "$(dirname "$0")/expect.sh" "$@"
use_stand_ins

run "$LAUNCHER" --print-env -o 'my %p.thr' -z 3 -E FOO=1 -E LD_PRELOAD=/x.so
equal status "$STATUS" 0
cat >wanted <<END
LD_PRELOAD=$STAND_IN:/x.so
THRACE_COLLECT=$WORK/collect
THRACE_OUTPUT='$WORK/my %p.thr'
THRACE_LEVEL=3
END
diff wanted out || wrong "--print-env"
[[ ! -s err && ! -e note ]] || wrong "--print-env did more than print"

run "$LAUNCHER" --check true
grep -q "^ok   library  *$STAND_IN" out || wrong "--check: $(cat out)"
grep -q '^ok   command  *.*true' out || wrong "--check: $(cat out)"
run "$LAUNCHER" --check -o /nonesuch/x "$HERE/launcher_static"
equal status "$STATUS" 125
grep -q '^NO   command .*statically linked' out || wrong "--check: $(cat out)"
grep -q '^NO   output .*/nonesuch' out || wrong "--check: $(cat out)"
THRACE_COLLECT=/nonesuch run "$LAUNCHER" --check
grep -q '^NO   collector .*missing' out || wrong "--check: $(cat out)"
finish

#!/bin/bash
# LD_PRELOAD: the library first, what was there kept, sanitizer runtimes before everything.
source "$(dirname "$0")/expect.sh" "$@"
use_stand_ins

list() { "$LAUNCHER" -q "$@" sh -c 'echo "$LD_PRELOAD"' 2>/dev/null; }
other=$WORK/libother.so
asan=$WORK/libasan.so.8
cp "$STAND_IN" "$other"
cp "$STAND_IN" "$asan"
equal none "$(list)" "$STAND_IN"
equal kept "$(list -E "LD_PRELOAD=$other")" "$STAND_IN:$other"
equal inherited "$(LD_PRELOAD=$other list)" "$STAND_IN:$other"
equal removed "$(LD_PRELOAD=$other list -E LD_PRELOAD)" "$STAND_IN"
equal spaces "$(LD_PRELOAD="$other $other" list)" "$STAND_IN:$other:$other"
equal twice "$(LD_PRELOAD=$other:$STAND_IN list)" "$STAND_IN:$other"
equal sanitizer "$(list -E "LD_PRELOAD=$other:$asan")" "$asan:$STAND_IN:$other"

# A program that was linked with the shared runtime gets it in front too.
if gcc -fsanitize=address -x c -o sanitized - <<<'int main(void) { return 0; }' 2>/dev/null &&
  readelf -d sanitized | grep -q 'NEEDED.*libasan'; then
  run "$LAUNCHER" -q ./sanitized
  equal "a sanitized program" "$STATUS $(cat err)" "0 "
fi

# A session within a session: the inner one is the program's.
outer=$("$LAUNCHER" -q "$LAUNCHER" -q sh -c 'echo "$LD_PRELOAD $THRACE_ARENA"')
equal "nested list" "${outer% *}" "$STAND_IN"
equal "two arenas" "$(grep -c ^arguments note)" "$(grep ^arguments note | sort -u | wc -l)"
finish

#!/bin/bash
# How the collector is started, and what its word does.
source "$(dirname "$0")/expect.sh" "$@"
use_stand_ins

"$LAUNCHER" -q sh -c 'echo $$ $THRACE_ARENA' >out 3</dev/null 8</dev/null &
wait $!
read -r pid arena <out
grep -qx "arguments --arena $arena --ready-fd 3 --root-pid $pid" note || wrong "$(head -n 1 note)"
grep -qE "^parent [0-9]+ session ([0-9]+) self " note || wrong "no session"
grep -q "^parent $pid " note && wrong "the collector is a child of the program"
grep -q "session $(ps -o sid= -p $$ | tr -d ' ') " note && wrong "the collector shares our session"
# 255 is bash's own, for the script.
equal "the collector's descriptors" "$(sort -n note.descriptors | tr '\n' ' ')" "0 1 2 3 255 "
grep -qx 'preload none arena none' note || wrong "the collector is traced"
case $arena in
  /dev/shm/thrace."$(id -u)"."$pid".????????????????.arena) ;;
  *) wrong "arena $arena" ;;
esac

REPLY_WITH='error: the disk is full' refuses 125 'the disk is full' touch touched
REPLY_WITH=nothing refuses 125 'did not answer' touch touched
REPLY_WITH='unexpected' refuses 125 'did not answer' touch touched
printf 'not a program' >broken && chmod +x broken
THRACE_COLLECT=$WORK/broken refuses 125 'cannot run .*/broken' touch touched

# Where shared memory is too small, the arena lies beside the trace.
: >note
mkdir beside
REFUSE_IN=/dev/shm run "$LAUNCHER" -q -o beside/x.thr sh -c 'echo $THRACE_ARENA'
equal "second place" "$STATUS" 0
case $(cat out) in
  "$WORK"/beside/thrace.*.arena) ;;
  *) wrong "arena $(cat out)" ;;
esac

# It may take its time, but not for ever.
cat >silent <<'END'
#!/bin/bash
echo $$ >silent.pid
exec sleep 120
END
chmod +x silent
SECONDS=0
THRACE_COLLECT=$WORK/silent refuses 125 'did not answer' touch touched
((SECONDS >= 20 && SECONDS <= 60)) || wrong "waited $SECONDS s"
kill "$(cat silent.pid)"
finish

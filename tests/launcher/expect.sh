# What the launcher's tests share: places, a stand-in collector, and three checks.
# shellcheck shell=bash disable=SC2034
set -uo pipefail

LAUNCHER=$1 STAND_IN=$2 HERE=$3 BUILD=$4 SOURCE=$5
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
cd "$WORK" || exit 1
FAILED=0

# The stand-in collector notes how it was started, then says $REPLY_WITH ("ok").
cat >collect <<'END'
#!/bin/bash
ls /proc/$$/fd >>"$COLLECT_NOTE.descriptors"
{
  echo "arguments $*"
  echo "parent $(ps -o ppid= -p $$ | tr -d ' ') session $(ps -o sid= -p $$ | tr -d ' ') self $$"
  echo "preload ${LD_PRELOAD-none} arena ${THRACE_ARENA-none}"
  env | grep ^THRACE_ | sort
} >>"$COLLECT_NOTE"
if [[ -n ${REFUSE_IN-} && $2 == "$REFUSE_IN"/* ]]; then
  echo "error: the arena does not fit" >&3
elif [[ ${REPLY_WITH-ok} == nothing ]]; then
  :
else
  echo "${REPLY_WITH-ok}" >&3
fi
exec 3>&-
END
chmod +x collect
export COLLECT_NOTE=$WORK/note

unset "${!THRACE_@}"
use_stand_ins() { export THRACE_LIBRARY=$STAND_IN THRACE_COLLECT=$WORK/collect; }

wrong() {
  echo "WRONG: $*"
  FAILED=1
}

# run COMMAND...: its output goes to $WORK/out and err, its status to $STATUS.
run() {
  "$@" >"$WORK/out" 2>"$WORK/err" </dev/null
  STATUS=$?
}

# refuses STATUS PATTERN ARG...: the launcher ends so, with one sentence, and has run nothing.
refuses() {
  local status=$1 pattern=$2
  shift 2
  rm -f "$WORK/touched"
  run "$LAUNCHER" "$@"
  [[ $STATUS == "$status" ]] || wrong "thrace $*: status $STATUS, not $status"
  [[ $(wc -l <"$WORK/err") == 1 ]] || wrong "thrace $*: not one line: $(cat "$WORK/err")"
  grep -Eq "^thrace: .*($pattern)" "$WORK/err" || wrong "thrace $*: says $(cat "$WORK/err")"
  [[ ! -s $WORK/out ]] || wrong "thrace $*: wrote on stdout: $(cat "$WORK/out")"
  [[ ! -e $WORK/touched ]] || wrong "thrace $*: ran the command"
}

# equal WHAT GOT WANTED
equal() { [[ $2 == "$3" ]] || wrong "$1: '$2', not '$3'"; }

finish() { exit $FAILED; }

# What the integration scripts share; sourced by each of them, with the parts of thrace as arguments.
#
#   compare NAME COMMAND...   runs it untraced and traced (default and stress), compares output and
#                             status, and judges every trace
#   record COMMAND...         runs it traced; the traces go to $traces
#   judge                     checks all traces of $traces, and their exports by Go's tool
set -u
shopt -s nullglob

launcher='' decoder='' library='' collector='' go='' harness=''
while (($#)); do
  case $1 in
    --launcher) launcher=$2 ;;
    --decoder) decoder=$2 ;;
    --library) library=$2 ;;
    --collector) collector=$2 ;;
    --go) go=$2 ;;
    --harness) harness=$2 ;;
  esac
  shift 2
done
unset LD_PRELOAD
for variable in ${!THRACE_@}; do unset "$variable"; done

place=$(mktemp -d /tmp/thrace-test-XXXXXX)
traces=$place/traces
mkdir "$traces"
failures=0
mode=default
servers=()

leave() {
  local pid
  for pid in "${servers[@]}"; do kill -KILL "$pid" 2>/dev/null; done
  rm -rf "$place"
}
trap leave EXIT

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}
need() {  # programs; a missing one skips the test, loudly
  local program
  for program; do
    command -v "$program" >/dev/null || { echo "SKIPPED: $program is not here"; exit 77; }
  done
}
finish() { exit $((failures != 0)); }

thrace_command() {
  traced=(env "THRACE_LIBRARY=$library" "THRACE_COLLECT=$collector" "$launcher" --quiet -o "$traces/%e.%p.thr")
  [[ $mode == stress ]] && traced+=(--stress)
  traced+=(--)
}

record() {
  rm -f "$traces"/*
  thrace_command
  "${traced[@]}" "$@"
}

# Checks all traces; lost events are a failure unless this is stress.  Prints one line of figures.
judge() {
  "$harness/judge.py" --launcher "$launcher" --decoder "$decoder" --go "$go" --mode "$mode" \
    "$traces" "$@" || failures=$((failures + 1))
}

compare() {
  local name=$1 status
  shift
  (cd "$place" && "$@") >"$place/out" 2>"$place/err" </dev/null
  status=$?
  for mode in default stress; do
    (cd "$place" && record "$@") >"$place/traced-out" 2>"$place/traced-err" </dev/null
    local seen=$?
    ((seen == status)) || fail "$name ($mode): status $seen instead of $status: $(tail -n 5 "$place/traced-err")"
    cmp "$place/out" "$place/traced-out" || fail "$name ($mode): other output"
    cmp "$place/err" "$place/traced-err" || fail "$name ($mode): other messages: $(head -c 500 "$place/traced-err")"
    printf '%s (%s): ' "$name" "$mode"
    judge
  done
}

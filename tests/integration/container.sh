#!/bin/bash
# Process 1 of a container: it takes the collector with it, so it waits for it at its exit; the trace is
# whole and nothing is left over.
source "$(dirname "$0")/lib.sh"
need unshare pigz
unshare --pid --fork --mount true 2>/dev/null || { echo "SKIPPED: no new namespaces here"; exit 77; }

seq 1 2000000 >"$place/input"
untraced=$(pigz -p 2 -c "$place/input" | sha256sum)
thrace_command
# Without /proc of its own the collector would look at the processes outside.
in_container() {
  unshare --pid --fork --mount sh -c 'mount -t proc proc /proc && exec "$@"' sh "$@"
}
traced_sum=$(in_container "${traced[@]}" pigz -p 2 -c "$place/input" | sha256sum)
[[ $traced_sum == "$untraced" ]] || fail "other bytes"
printf 'pigz as process 1: '
judge --threads 4
for trace in "$traces"/*.thr; do
  "$decoder" info "$trace" | grep -q exit || fail "the trace does not say that the process ended"
done
left=("$traces"/*.arena)
((${#left[@]} == 0)) || fail "left behind: ${left[*]}"
finish

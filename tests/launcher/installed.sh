#!/bin/bash
# An installed tree records and reads by itself, wherever it lies.
source "$(dirname "$0")/expect.sh" "$@"

cmake --install "$BUILD" --prefix "$WORK/prefix" >install.log 2>&1 || wrong "$(cat install.log)"
bin=$WORK/prefix/bin
for file in bin/thrace bin/trace-decode libexec/thrace/thrace-collect; do
  [[ -x prefix/$file ]] || wrong "$file is not installed"
done
if readelf -d "$bin/thrace" "$bin/trace-decode" | grep -E 'R(UN)?PATH'; then
  wrong "an installed program looks for libraries in the build tree"
fi

run "$bin/thrace" -o x.thr -- sh -c 'echo out; exit 3'
equal "status and output" "$STATUS $(cat out)" "3 out"
grep -q "then: $bin/trace-decode summary x.thr" err || wrong "next command: $(cat err)"
for ((i = 0; i < 400; i++)); do [[ -e x.thr ]] && break; sleep 0.05; done
run "$bin/trace-decode" check x.thr
equal "check: $(cat out err)" "$STATUS" 0

# Found on the PATH; with the report.
PATH=$bin:$PATH run thrace -o y.thr -r sort /dev/null
equal "report's status" "$STATUS" 0
grep -q 'then: trace-decode summary y.thr' err || wrong "next command: $(head -n 1 err)"
(($(wc -l <err) > 3)) || wrong "no report: $(cat err)"
[[ ! -s out ]] || wrong "the report is on stdout"

# Moved elsewhere, with and without a collector of its own.
mv prefix 'moved'
run moved/bin/thrace --check
equal "--check: $(cat out)" "$STATUS" 0
run moved/bin/thrace -q -o z.thr -- true
equal "moved" "$STATUS" 0

# A service: the library starts the collector.
mapfile -t variables < <(moved/bin/thrace --print-env -o service.%p.thr)
run env "${variables[@]}" sh -c 'exit 4'
equal "with the printed variables" "$STATUS" 4
for ((i = 0; i < 400; i++)); do compgen -G 'service.*.thr' >/dev/null && break; sleep 0.05; done
run moved/bin/trace-decode check service.*.thr
equal "check of a service: $(cat out err)" "$STATUS" 0
finish

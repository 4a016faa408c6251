#!/bin/bash
# The guest's code keeps nothing below the stack pointer: monotonic_ns calls behind the compiler's back
# (core/tracer/local.h), and the return address of that call lies there.
# Arguments: objdump, the preload library.
set -euo pipefail
code=$("$1" -d --no-show-raw-insn "$2")
grep -q 'call .*<thrace_monotonic_ns>' <<<"$code" || { echo "no call of the clock: this looks at nothing"; exit 1; }
if below=$(grep -E -- '-0x[0-9a-f]+\(%rsp\)' <<<"$code" | grep -vE 'lea +-0x[0-9a-f]+\(%rsp\),%rsp'); then
  echo "these use the red zone; -mno-red-zone is missing:"
  head -n 20 <<<"$below"
  exit 1
fi

// unwind-bench: what a capture costs, beside libunwind's, on a stack of functions of many sizes.
//
//   rules/N, pointers/N   N frames, all of them seen before
//   first                 one address that has not been seen before
//   rules, 32 of/N        N frames, of which the two ends are kept
//   libunwind/N           unw_backtrace, whose cache is warm too
#define UNW_LOCAL_ONLY
#include <benchmark/benchmark.h>
#include <libunwind.h>

#include <cstdint>

#include "core/unwind/learn.h"
#include "core/unwind/live_for_test.h"
#include "core/unwind/rule_table.h"

namespace thrace::unwind {
namespace {

using Body = void (*)(benchmark::State&);

// A different function for each depth, with another frame and its own use of registers.
template <int Depth>
[[gnu::noinline]] int deeper(Body body, benchmark::State& state) {
  volatile char bytes[Depth * 24 + 1];
  bytes[0] = static_cast<char>(Depth);
  if constexpr (Depth > 0)
    bytes[0] = static_cast<char>(bytes[0] + deeper<Depth - 1>(body, state));
  else
    body(state);
  return bytes[0];
}

template <Body body>
void at_depth(benchmark::State& state) {
  benchmark::DoNotOptimize(deeper<40>(body, state));
}

// Bounds of the own stack within which it has so many frames from here on.
StackBounds bounds_of(uint32_t count) {
  StackBounds own = own_stack();
  uint64_t frames[kDepth];
  own.high = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
  while (capture(frames, kDepth, own, Mode::Rules).count < count) own.high += sizeof(uint64_t);
  return own;
}

// A stack of so many frames.
void rules(benchmark::State& state) {
  const auto count = static_cast<uint32_t>(state.range(0));
  const StackBounds own = bounds_of(count);
  uint64_t frames[kDepth];
  for (auto _ : state) {
    const Captured got = capture(frames, kDepth, own, Mode::Rules);
    if (got.count + 1 < count || got.count > count) state.SkipWithError("another stack");
    benchmark::ClobberMemory();
  }
}

// A stack of so many frames, of which 32 are wanted.
void rules_deep(benchmark::State& state) {
  const StackBounds own = bounds_of(static_cast<uint32_t>(state.range(0)));
  uint64_t frames[kDepth];
  for (auto _ : state) {
    if (capture(frames, 32, own, Mode::Rules).count != 32) state.SkipWithError("short stack");
    benchmark::ClobberMemory();
  }
}

// The frames of `deeper` have no frame pointers: a chain is made by hand.
void pointers(benchmark::State& state) {
  const auto count = static_cast<uint32_t>(state.range(0));
  constexpr size_t kApart = 8;
  uint64_t stack[(kDepth + 1) * kApart] = {};
  const auto address = [&](size_t i) { return reinterpret_cast<uint64_t>(stack + i * kApart); };
  for (size_t i = 0; i + 1 < count; i++) {
    stack[i * kApart] = i + 2 < count ? address(i + 1) : 0;
    stack[i * kApart + 1] = 0x40'0000 + i;
  }
  const StackBounds own{address(0), address(kDepth + 1)};
  const Frame first{.pc = 0x40'0000, .sp = address(0), .bp = address(0)};
  uint64_t frames[kDepth];
  for (auto _ : state) {
    if (walk(first, frames, kDepth, own, Mode::FramePointers, {}).count != count)
      state.SkipWithError("short stack");
    benchmark::ClobberMemory();
  }
}

// Every call site of a piece of this program's code, each for the first time.
void first(benchmark::State& state) {
  const auto code = reinterpret_cast<uint64_t>(&own_stack);
  uint64_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(learn(code + at++ % 256));
}

void libunwind(benchmark::State& state) {
  const auto limit = static_cast<int>(state.range(0));
  void* frames[kDepth];
  for (auto _ : state) {
    if (unw_backtrace(frames, limit) != limit) state.SkipWithError("short stack");
    benchmark::ClobberMemory();
  }
}

BENCHMARK(at_depth<rules>)->Name("rules")->Arg(8)->Arg(16)->Arg(32);
BENCHMARK(at_depth<rules_deep>)->Name("rules, 32 of")->Arg(40)->Arg(48);
BENCHMARK(pointers)->Arg(8)->Arg(16)->Arg(32);
BENCHMARK(at_depth<libunwind>)->Name("libunwind")->Arg(8)->Arg(16)->Arg(32);
BENCHMARK(first);

}  // namespace
}  // namespace thrace::unwind

BENCHMARK_MAIN();

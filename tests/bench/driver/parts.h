// Where the parts are: the build says so (CMakeLists.txt).
#pragma once

namespace thrace::bench {

inline constexpr const char* kLauncher = THRACE_BENCH_LAUNCHER;
inline constexpr const char* kLibrary = THRACE_BENCH_LIBRARY;
inline constexpr const char* kCollector = THRACE_BENCH_COLLECTOR;
inline constexpr const char* kDecoder = THRACE_BENCH_DECODER;
inline constexpr const char* kEmptyLibrary = THRACE_BENCH_EMPTY;
inline constexpr const char* kWorker = THRACE_BENCH_WORKER;
inline constexpr const char* kEventProgram = THRACE_BENCH_EVENT;

}  // namespace thrace::bench

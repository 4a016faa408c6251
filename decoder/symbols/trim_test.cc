// What is taken off a stack.
#include "decoder/symbols/trim.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace thrace {
namespace {

Frame frame(std::string_view function, std::string_view module, bool inlined = false) {
  Frame result;
  result.function = function;
  result.module = module;
  result.inlined = inlined;
  result.known = function.find("+0x") == std::string_view::npos;
  return result;
}

std::string trimmed(const std::vector<Frame>& stack, bool show_all = false) {
  std::string text;
  for (const Frame& kept : trim(stack, show_all)) text += std::string(kept.function) + " ";
  return text;
}

const char* kProgram = "/usr/bin/app";
const char* kLibc = "/lib/x86_64-linux-gnu/libc.so.6";
const char* kTracer = "/usr/lib/thrace/libthrace.so";

TEST(Trim, AThread) {
  const std::vector<Frame> stack = {
      frame("wait_for", kTracer, true),
      frame("pthread_mutex_lock", kTracer),
      frame("Queue<int>::pop", kProgram),
      frame("worker", kProgram),
      frame("thread_main", kTracer),
      frame("start_thread", kLibc),
      frame("clone3", kLibc),
  };
  EXPECT_EQ(trimmed(stack), "Queue<int>::pop worker ");
  EXPECT_EQ(trimmed(stack, true),
            "wait_for pthread_mutex_lock Queue<int>::pop worker thread_main start_thread clone3 ");
}

TEST(Trim, TheMainThread) {
  EXPECT_EQ(trimmed({frame("read", kTracer), frame("main", kProgram),
                     frame("__libc_start_call_main", kLibc), frame("__libc_start_main_impl", kLibc),
                     frame("_start", kProgram)}),
            "main ");
}

TEST(Trim, OneLibcFunctionBehindTheWrapper) {
  EXPECT_EQ(trimmed({frame("futex_wait", kLibc, true), frame("sem_wait", kLibc),
                     frame("getaddrinfo", kLibc), frame("main", kProgram)}),
            "getaddrinfo main ");
}

TEST(Trim, AStrippedLibc) {
  EXPECT_EQ(trimmed({frame("f", kProgram), frame("libc.so.6+0x89000", kLibc)}), "f ");
}

TEST(Trim, LibcInTheMiddleStays) {
  EXPECT_EQ(trimmed({frame("compare", kProgram), frame("qsort", kLibc), frame("sort", kProgram),
                     frame("_start", kProgram)}),
            "compare qsort sort ");
}

TEST(Trim, ACallBackThroughTheWrapper) {
  const std::vector<Frame> outer = {
      frame("thrace::run", kTracer),          frame("__pthread_once_slow", kLibc, true),
      frame("pthread_once", kLibc),           frame("thrace::Real::operator()", kTracer, true),
      frame("pthread_once", kTracer),         frame("main", kProgram),
      frame("__libc_start_call_main", kLibc),
  };
  EXPECT_EQ(trimmed(outer), "main ");
  std::vector<Frame> stack = {frame("nanosleep", kTracer), frame("sleep", kLibc),
                              frame("set_up", kProgram)};
  stack.insert(stack.end(), outer.begin(), outer.end());
  EXPECT_EQ(trimmed(stack), "set_up main ");
  EXPECT_EQ(trimmed({outer.begin() + 2, outer.end()}), "main ");  // libc did not come back yet
  EXPECT_EQ(trimmed({frame("compare", kProgram), frame("qsort", kLibc), frame("set_up", kProgram),
                     frame("run", kTracer), frame("main", kProgram)}),
            "compare qsort set_up main ");
}

TEST(Trim, ProgramsFunctionsWithNamesOfLibc) {
  EXPECT_EQ(trimmed({frame("read", kTracer), frame("work", kProgram), frame("clone", kProgram),
                     frame("start_thread", kProgram), frame("clone3", kLibc)}),
            "work clone start_thread ");
  EXPECT_EQ(trimmed({frame("work", kProgram), frame("__libc_start_main_wrapper", kProgram),
                     frame("_start", kProgram)}),
            "work __libc_start_main_wrapper ");
}

TEST(Trim, NeverLeavesNothing) {
  EXPECT_EQ(trimmed({frame("poll", kLibc), frame("clone3", kLibc)}), "poll clone3 ");
  EXPECT_EQ(trimmed({}), "");
}

// A function of the program may have any name; only a whole name counts.
TEST(Trim, ProgramsFunctionsWithSimilarNames) {
  EXPECT_EQ(role_of(frame("start_threads", kProgram)), FrameRole::Program);
  EXPECT_EQ(role_of(frame("__libc_start_main@@GLIBC_2.34", kLibc)), FrameRole::Start);
  EXPECT_EQ(role_of(frame("f", "/opt/libthrace.so.d/app")), FrameRole::Program);
  EXPECT_EQ(role_of(frame("f", "/lib/libc-client.so")), FrameRole::Program);
}

}  // namespace
}  // namespace thrace

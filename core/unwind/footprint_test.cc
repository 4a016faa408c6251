// What the guest pays: the stack that a capture needs, and what its objects refer to.
#include <ucontext.h>

#include <cstdlib>
#include <cstring>
#include <set>
#include <sstream>

#include "core/unwind/live_for_test.h"
#include "core/unwind/rule_table.h"

namespace thrace::unwind {
namespace {

alignas(16) unsigned char g_stack[64 << 10];
uint64_t g_frames[kDepth];
uint64_t g_sp;

void capture_on_a_stack_of_its_own() {
  const auto low = reinterpret_cast<uint64_t>(g_stack);
  g_sp = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
  capture(g_frames, kDepth, {low, low + sizeof g_stack}, Mode::Rules);
}

// How many bytes below its caller's frame a capture writes.
uint64_t stack_used() {
  static ucontext_t back, inside;
  std::memset(g_stack, 0xa5, sizeof g_stack);
  getcontext(&inside);
  inside.uc_stack = {.ss_sp = g_stack, .ss_flags = 0, .ss_size = sizeof g_stack};
  inside.uc_link = &back;
  makecontext(&inside, capture_on_a_stack_of_its_own, 0);
  swapcontext(&back, &inside);
  uint64_t at = 0;
  while (g_stack[at] == 0xa5) at++;
  return g_sp - reinterpret_cast<uint64_t>(g_stack + at);
}

TEST(Footprint, LittleStack) {
  capture_on_a_stack_of_its_own();  // what is bound at its first call is bound
  g_rules.forget();
  const uint64_t first = stack_used(), then = stack_used();
  std::printf("%lu bytes of stack at first, %lu then\n", static_cast<unsigned long>(first),
              static_cast<unsigned long>(then));
  EXPECT_LE(then, 300u);
  EXPECT_LE(first, 1000u);
}

TEST(Footprint, RefersToLittle) {
  const std::string command = "nm -u -A " + std::string(THRACE_UNWIND_OBJECTS);
  FILE* pipe = popen(command.c_str(), "r");
  ASSERT_TRUE(pipe);
  std::set<std::string> undefined;
  char line[4096];
  while (fgets(line, sizeof line, pipe)) {
    std::istringstream words(line);
    std::string word, name;
    while (words >> word) name = word;
    if (name.find("thrace") == std::string::npos) undefined.insert(name);
  }
  EXPECT_EQ(pclose(pipe), 0);
  undefined.erase("_GLOBAL_OFFSET_TABLE_");
  // The last is the linker's own: where this module begins.
  EXPECT_EQ(undefined, (std::set<std::string>{"_dl_find_object", "getauxval", "__ehdr_start"}));
}

}  // namespace
}  // namespace thrace::unwind

// Names of this very program, and what is printed where there are none.
#include "decoder/stacks/names.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <link.h>

#include "decoder/stacks/test_generation.h"

int names_test_variable = 1;

extern "C" __attribute__((noinline)) int names_test_function(int value) {
  return value + names_test_variable;
}

namespace std {
__attribute__((noinline)) int names_test_glue(int value) { return value - names_test_variable; }
}  // namespace std

namespace thrace {
namespace {

uint64_t address(int (*function)(int)) { return reinterpret_cast<uint64_t>(function); }

// A Module event of this program.
std::string module_text() {
  uint64_t bias = 0, start = UINT64_MAX, end = 0;
  const auto visit = [&](const dl_phdr_info& info) {
    bias = info.dlpi_addr;
    for (int i = 0; i < info.dlpi_phnum; i++) {
      if (info.dlpi_phdr[i].p_type != PT_LOAD) continue;
      const uint64_t at = bias + info.dlpi_phdr[i].p_vaddr;
      start = std::min(start, at);
      end = std::max(end, at + info.dlpi_phdr[i].p_memsz);
    }
    return 1;  // the program is the first
  };
  dl_iterate_phdr([](dl_phdr_info* info, size_t,
                     void* data) { return (*static_cast<decltype(visit)*>(data))(*info); },
                  const_cast<void*>(static_cast<const void*>(&visit)));
  return fmt::format(
      "String id=1 text=\"/proc/self/exe\"\nModule id=1 bias={} start={} end={} path=1\n", bias,
      start, end);
}

class NamesTest : public testing::Test {
 protected:
  NamesTest()
      : generation_(
            module_text() +
            fmt::format("Stack id=1 end=bottom frames={},{}\nStack id=2 end=depth frames=0x1007\n",
                        address(std::names_test_glue) + 1, address(names_test_function) + 1)) {
    table_.begin(*generation_);
    own_ = table_.id(*generation_, 1, 10);
    unknown_ = table_.id(*generation_, 2, 10);
  }
  ModuleIndex module() const { return table_[own_].frames[0].module; }

  TestGeneration generation_;
  StackTable table_;
  StackId own_ = 0, unknown_ = 0;
};

TEST_F(NamesTest, FunctionsVariablesAndSites) {
  Names names(table_, {});
  names.prefetch();
  ASSERT_EQ(names.frames(own_).size(), 2u);
  EXPECT_EQ(names.frames(own_)[0].function, "std::names_test_glue");
  EXPECT_TRUE(names.site(own_).starts_with("names_test_function")) << names.site(own_);
  EXPECT_EQ(names.routine(module(), address(names_test_function)), "names_test_function");
  EXPECT_EQ(names.variable(module(), reinterpret_cast<uint64_t>(&names_test_variable)),
            "names_test_variable");
  EXPECT_EQ(names.lines(unknown_, "  "), "  0x1007\n  ... (depth)\n");
  EXPECT_EQ(names.site(unknown_), "0x1007");
  EXPECT_EQ(names.site(0), "");
  EXPECT_EQ(names.routine(kNoModule, 0), "");
  EXPECT_EQ(names.variable(kNoModule, 0x1234), "");
}

TEST_F(NamesTest, ASiteIsNeverOfTheTracer) {
  TestGeneration generation(
      "String id=1 text=\"/lib/libthrace.so\"\n"
      "Module id=1 bias=0x1000 start=0x1000 end=0x2000 path=1\n"
      "Stack id=1 end=depth frames=0x1010\nStack id=2 end=depth frames=0x1010,0x3007\n");
  StackTable table;
  table.begin(*generation);
  const StackId nothing_else = table.id(*generation, 1, 10), called = table.id(*generation, 2, 10);
  NameOptions options;
  options.all_frames = true;
  Names names(table, options);
  EXPECT_EQ(names.lines(nothing_else, ""), "libthrace.so+0x10\n... (depth)\n");
  EXPECT_EQ(names.site(nothing_else), "");
  EXPECT_EQ(names.frames(called).size(), 2u);
  EXPECT_EQ(names.site(called), "0x3007");
}

TEST_F(NamesTest, AddressesOnRequest) {
  NameOptions options;
  options.addresses = true;
  Names names(table_, options);
  names.prefetch();
  EXPECT_EQ(names.site(own_), fmt::format("{:#x}", address(std::names_test_glue) + 1));
  EXPECT_EQ(names.routine(module(), 0x77), "0x77");
  EXPECT_EQ(names.variable(module(), reinterpret_cast<uint64_t>(&names_test_variable)), "");
}

}  // namespace
}  // namespace thrace

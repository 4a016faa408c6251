// The same stack has the same id, and another module makes another stack.
#include "decoder/stacks/stack_table.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "decoder/stacks/names.h"
#include "decoder/stacks/test_generation.h"

namespace thrace {
namespace {

constexpr const char* kTables = R"(
String id=1 text="/bin/demo"
String id=2 text="/lib/one.so"
Module id=1 start=0x1000 end=0x2000 path=1
Stack id=1 end=bottom frames=0x1010,0x1020
Stack id=2 end=bottom frames=0x3010,0x1020
Stack id=3 end=depth frames=0x1010,0x1020
Stack id=4 end=bottom frames="\xff"
)";

TEST(StackTable, IdsAreStableOverGenerations) {
  StackTable table;
  const TestGeneration first(kTables);
  table.begin(*first);
  const StackId one = table.id(*first, 1, 10), two = table.id(*first, 2, 10);
  EXPECT_EQ(table.id(*first, 1, 20), one);
  EXPECT_NE(one, two);
  EXPECT_NE(table.id(*first, 3, 20), one);  // it ends otherwise
  EXPECT_EQ(table.size(), 3u);

  const TestGeneration second(R"(
String id=1 text="/bin/demo"
Module id=1 start=0x1000 end=0x2000 path=1
Stack id=1 end=bottom frames=0x3010,0x1020
Stack id=2 end=bottom frames=0x1010,0x1020
)");
  table.begin(*second);
  EXPECT_EQ(table.id(*second, 1, 10), two);
  EXPECT_EQ(table.id(*second, 2, 10), one);
  EXPECT_EQ(table.size(), 3u);

  ASSERT_EQ(table[one].frames.size(), 2u);
  EXPECT_EQ(table[one].end, StackEnd::Bottom);
  EXPECT_EQ(table[one].frames[0].address, 0x1010u);
  EXPECT_EQ(table.modules().find(table[one].frames[0].module)->path, "/bin/demo");
  EXPECT_EQ(table[two].frames[0].module, kNoModule);
}

TEST(StackTable, UnknownStacksHaveNoId) {
  StackTable table;
  const TestGeneration g(kTables);
  table.begin(*g);
  for (const uint64_t stack : {uint64_t{0}, uint64_t{4}, uint64_t{5}, ~uint64_t{0}})
    EXPECT_EQ(table.id(*g, stack, 10), 0u) << stack;
  EXPECT_TRUE(table[0].frames.empty());
  EXPECT_TRUE(table[77].frames.empty());
}

// The library goes and another one takes its place: the same addresses are another stack.
TEST(StackTable, FollowsTheModules) {
  StackTable table;
  const TestGeneration g(kTables,
                         "Batch m=3 time=100\n"
                         "Module id=2 start=0x3000 end=0x4000 path=2\n"
                         "ModuleGone id=2\n");
  table.begin(*g);
  const StackId coming = table.id(*g, 2, 50);
  table.event(*g, g.event(0));
  const StackId there = table.id(*g, 2, 150);
  table.event(*g, g.event(1));
  const StackId gone = table.id(*g, 2, 250);
  EXPECT_EQ(coming, there);
  EXPECT_NE(gone, there);
  EXPECT_EQ(table[gone].frames[0].module, kNoModule);
  EXPECT_EQ(table[there].frames[0].module, table.map().find_or_coming(*g, 0x3010, 50));
}

// A frame at the very start of a module is behind the last instruction of what lies before it.
TEST(StackTable, ReturnAddressesBelongToTheCallBeforeThem) {
  StackTable table;
  const TestGeneration g(R"(
String id=1 text="/bin/demo"
Module id=1 start=0x1000 end=0x2000 path=1
Stack id=1 end=bottom frames=0x1000,0x2000
)");
  table.begin(*g);
  const StackId id = table.id(*g, 1, 10);
  EXPECT_EQ(table[id].frames[0].module, kNoModule);
  EXPECT_NE(table[id].frames[1].module, kNoModule);
}

// It is no address, whatever is mapped there.
TEST(StackTable, AGapIsInNoModule) {
  const TestGeneration g(
      "String id=1 text=\"x\"\nModule id=1 start=0 end=0x3000 path=1\n"
      "Stack id=1 end=bottom frames=0x1010,0x20,0x1020\n");
  StackTable table;
  table.begin(*g);
  const StackId id = table.id(*g, 1, 10);
  EXPECT_NE(table[id].frames[0].module, kNoModule);
  EXPECT_EQ(table[id].frames[1], (StackFrame{0x20, kNoModule}));
}

TEST(StackTable, TellsThatItHasNoRoom) {
  const TestGeneration g(
      "Stack id=1 end=bottom frames=0x1010\nStack id=2 end=bottom frames=0x1020\n");
  StackTable table(1);
  Names names(table, NameOptions{});
  table.begin(*g);
  EXPECT_EQ(table.id(*g, 1, 10), 1u);
  EXPECT_EQ(names.notes(), SymbolNotes());
  EXPECT_EQ(table.id(*g, 2, 10), 0u);
  EXPECT_EQ(table.id(*g, 1, 20), 1u);
  EXPECT_EQ(names.notes(), SymbolNotes{"more than 1 different stacks: the others are left out"});
}

TEST(StackTable, GrowsWithoutMixingStacksUp) {
  std::string text = "String id=1 text=\"x\"\n";
  for (uint64_t i = 1; i <= 1000; i++)
    text += fmt::format("Stack id={} end=bottom frames={},0x1000\n", i, kLowestCode + i);
  StackTable table;
  const TestGeneration g(text);
  table.begin(*g);
  for (uint64_t i = 1; i <= 1000; i++) EXPECT_EQ(table.id(*g, i, 10), i);
  for (uint64_t i = 1; i <= 1000; i++)
    EXPECT_EQ(table[static_cast<StackId>(i)].frames[0].address, kLowestCode + i);
}

}  // namespace
}  // namespace thrace

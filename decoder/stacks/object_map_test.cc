// What the program calls its objects, and what they lie in otherwise.
#include "decoder/stacks/object_map.h"

#include <gtest/gtest.h>

#include "decoder/stacks/stack_table.h"
#include "decoder/stacks/test_generation.h"

namespace thrace {
namespace {

constexpr const char* kTables =
    "String id=1 text=\"/nowhere/demo\"\nString id=2 text=\"queue\"\nString id=3 text=\"lock\"\n"
    "Module id=1 start=0x1000 end=0x3000 path=1\n";

class ObjectMapTest : public testing::Test {
 protected:
  std::string name_at(uint64_t address) const {
    const Module* module = table_.modules().find(table_.place(address));
    return module ? module->path : "";
  }
  void name(const Generation& generation, uint64_t start, uint64_t size, uint64_t string) {
    EventView event;
    event.type = Event::ObjectName;
    event.args[0] = size;
    event.args[1] = start;
    event.args[2] = string;
    table_.event(generation, event);
  }

  StackTable table_;
};

TEST_F(ObjectMapTest, TablesOfAGenerationAndItsEvents) {
  const TestGeneration g(std::string(kTables) + "ObjectName size=0x40 object=0x2000 name=2\n");
  table_.begin(*g);
  EXPECT_EQ(name_at(0x1fff), "/nowhere/demo");
  EXPECT_EQ(name_at(0x2000), "queue");
  EXPECT_EQ(name_at(0x203f), "queue");
  EXPECT_EQ(name_at(0x2040), "/nowhere/demo");
  EXPECT_EQ(name_at(0x5000), "");
  name(*g, 0x5000, 8, 3);
  EXPECT_EQ(name_at(0x5000), "lock");
  name(*g, 0x5000, 1, 0);
  EXPECT_EQ(name_at(0x5000), "");
  const TestGeneration next(kTables);
  name(*g, 0x5000, 8, 3);
  table_.begin(*next);
  EXPECT_EQ(name_at(0x5000), "") << "a generation stands alone";
}

TEST_F(ObjectMapTest, OneThatOverlapsTakesThePlace) {
  const TestGeneration g(kTables);
  table_.begin(*g);
  name(*g, 0x5000, 0x10, 2);
  name(*g, 0x5010, 0x10, 2);
  name(*g, 0x500f, 2, 3);
  EXPECT_EQ(name_at(0x5000), "");
  EXPECT_EQ(name_at(0x500f), "lock");
  EXPECT_EQ(name_at(0x5011), "");
}

// Sizes and addresses of a hostile trace.
TEST_F(ObjectMapTest, TheEndOfMemory) {
  const TestGeneration g(kTables);
  table_.begin(*g);
  name(*g, UINT64_MAX - 1, UINT64_MAX, 2);
  EXPECT_EQ(name_at(UINT64_MAX), "queue");
  EXPECT_EQ(name_at(UINT64_MAX - 2), "");
  name(*g, 0, UINT64_MAX, 3);
  EXPECT_EQ(name_at(UINT64_MAX - 1), "lock");
  name(*g, 5, 0, 2);
  EXPECT_EQ(name_at(5), "lock");
}

}  // namespace
}  // namespace thrace

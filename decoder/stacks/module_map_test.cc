// Rule R11: what is mapped where, and when.
#include "decoder/stacks/module_map.h"

#include <gtest/gtest.h>

#include "decoder/stacks/test_generation.h"

namespace thrace {
namespace {

constexpr const char* kNames = R"(
String id=1 text="/bin/demo"
String id=2 text="/lib/one.so"
String id=3 text="/lib/two.so"
)";

class ModuleMapTest : public testing::Test {
 protected:
  // The path of the module at an address; empty: none.
  std::string at(uint64_t address) const {
    const Module* module = table_.find(map_.find(address));
    return module ? module->path : "";
  }

  ModuleTable table_;
  ModuleMap map_{table_};
};

TEST_F(ModuleMapTest, KnowsWhatWasThereBefore) {
  const TestGeneration g(std::string(kNames) +
                         "Module id=1 start=0x1000 end=0x2000 path=1\n"
                         "Module id=2 start=0x3000 end=0x4000 path=2\n");
  map_.begin(*g);
  EXPECT_EQ(at(0xfff), "");
  EXPECT_EQ(at(0x1000), "/bin/demo");
  EXPECT_EQ(at(0x1fff), "/bin/demo");
  EXPECT_EQ(at(0x2000), "");
  EXPECT_EQ(at(0x3abc), "/lib/one.so");
  EXPECT_EQ(at(0x4000), "");
}

TEST_F(ModuleMapTest, ForgetsTheGenerationBefore) {
  const TestGeneration first(std::string(kNames) + "Module id=1 start=0x1000 end=0x2000 path=1\n");
  const TestGeneration second(kNames);
  map_.begin(*first);
  map_.begin(*second);
  EXPECT_EQ(at(0x1000), "");
}

TEST_F(ModuleMapTest, AnUnloadedModuleIsGone) {
  const TestGeneration g(kNames,
                         "Batch m=3 time=10\n"
                         "Module id=7 start=0x1000 end=0x2000 path=2\n"
                         "ModuleGone id=8\n"
                         "ModuleGone id=7\n"
                         "Module id=9 start=0x1800 end=0x1900 path=3\n");
  map_.begin(*g);
  const uint32_t before = map_.version();
  map_.event(*g, g.event(0));
  EXPECT_NE(map_.version(), before);
  EXPECT_EQ(at(0x1880), "/lib/one.so");
  map_.event(*g, g.event(1));  // another one
  EXPECT_EQ(at(0x1880), "/lib/one.so");
  map_.event(*g, g.event(2));
  EXPECT_EQ(at(0x1880), "");
  map_.event(*g, g.event(3));
  EXPECT_EQ(at(0x1880), "/lib/two.so");
  EXPECT_EQ(at(0x1000), "");
}

TEST_F(ModuleMapTest, TakesThePlaceOfAllThatItOverlaps) {
  const TestGeneration g(std::string(kNames) +
                             "Module id=1 start=0x1000 end=0x2000 path=1\n"
                             "Module id=2 start=0x2000 end=0x3000 path=1\n"
                             "Module id=3 start=0x4000 end=0x5000 path=2\n",
                         "Batch m=3 time=10\n"
                         "Module id=4 start=0x1fff end=0x2001 path=3\n"
                         "ModuleGone id=1\n"
                         "Module id=5 start=0x0 end=0xffffffffffffffff path=2\n"
                         "Module id=6 start=0x5000 end=0x5000 path=3\n");
  map_.begin(*g);
  map_.event(*g, g.event(0));
  EXPECT_EQ(at(0x1ffe), "");
  EXPECT_EQ(at(0x1fff), "/lib/two.so");
  EXPECT_EQ(at(0x2001), "");
  EXPECT_EQ(at(0x4000), "/lib/one.so");
  map_.event(*g, g.event(1));  // it went already, when its place was taken
  EXPECT_EQ(at(0x1fff), "/lib/two.so");
  map_.event(*g, g.event(2));
  EXPECT_EQ(at(0x2000), "/lib/one.so");
  map_.event(*g, g.event(3));  // an empty one takes no place
  EXPECT_EQ(at(0x5000), "/lib/one.so");
}

TEST_F(ModuleMapTest, ConstructorsRunBeforeTheirModuleIsWritten) {
  const TestGeneration g(std::string(kNames) + "Module id=1 start=0x1000 end=0x2000 path=1\n",
                         "Batch m=3 time=10\n"
                         "Module dt=90 id=2 start=0x3000 end=0x4000 path=2\n"
                         "Batch m=4 time=10\n"
                         "Module dt=190 id=3 start=0x3000 end=0x4000 path=3\n");
  map_.begin(*g);
  const auto path = [&](uint64_t address, uint64_t time) {
    const Module* module = table_.find(map_.find_or_coming(*g, address, time));
    return module ? module->path : "";
  };
  EXPECT_EQ(path(0x3500, 50), "/lib/one.so");
  EXPECT_EQ(path(0x3500, 150), "/lib/two.so");
  EXPECT_EQ(path(0x3500, 250), "");
  EXPECT_EQ(path(0x1500, 50), "/bin/demo");
  EXPECT_EQ(path(0x9000, 50), "");
  EXPECT_EQ(at(0x3500), "");  // it is not there yet
}

TEST(ModuleTable, KeepsEachModuleOnce) {
  const TestGeneration g(std::string(kNames) +
                         "Module id=1 bias=0x1000 start=0x1000 end=0x2000 inode=5 path=1\n"
                         "Module id=2 bias=0x1000 start=0x1000 end=0x2000 inode=5 path=1\n"
                         "Module id=3 bias=0x1000 start=0x1000 end=0x2000 inode=6 path=1\n");
  ModuleTable table;
  const auto& modules = (*g).modules;
  ASSERT_EQ(modules.size(), 3u);
  EXPECT_EQ(table.intern(*g, modules[0]), 0u);
  EXPECT_EQ(table.intern(*g, modules[1]), 0u);
  EXPECT_EQ(table.intern(*g, modules[2]), 1u);
  EXPECT_EQ(table.find(1)->inode, 6u);
  EXPECT_EQ(table.find(0)->bias, 0x1000u);
  EXPECT_EQ(table.find(kNoModule), nullptr);
}

TEST(ModuleTable, AttachmentsBeyondTheLimitsAreLeftOut) {
  const auto attached = [](const char* path, uint64_t size) {
    Attachment attachment;
    attachment.path = path;
    attachment.size = size;
    return attachment;
  };
  const TestGeneration g(std::string(kNames) +
                         "Module id=1 start=0x1000 end=0x2000 path=1\n"
                         "Module id=2 start=0x2000 end=0x3000 path=2\n");
  ModuleTable table;
  for (const EventView& module : (*g).modules) table.intern(*g, module);
  const std::vector<Attachment> many = {attached("/a", kMaxImage), attached("/b", kMaxImage),
                                        attached("/c", kMaxImage), attached("/bin/demo", kMaxImage),
                                        attached("/lib/one.so", 1)};
  for (int i = 0; i < 2; i++) table.attach("/nowhere.thr", many);
  // The last is not looked at.
  ASSERT_EQ(table.notes().size(), 2u);
  EXPECT_EQ(table.notes()[0],
            "/nowhere.thr: its attachments are larger than a trace may have, not all "
            "are used");
  EXPECT_EQ(table.notes()[1], "/nowhere.thr cannot be opened: No such file or directory");
}

FileHeader header(std::string_view pid, std::string_view wall) {
  FileHeader result;
  result.set("pid", pid);
  result.set("wall", wall);
  return result;
}

TEST(ModuleTable, TellsWhenAModuleWasKnown) {
  const std::string batch = "Batch m=3 time=10\nModule dt=90 id=2 start=0x3000 end=0x4000 path=2\n";
  for (const uint64_t wall : {5000, 0}) {
    const TestGeneration g(kNames, batch, wall);
    ModuleTable table;
    EXPECT_EQ(table.find(table.intern(*g, g.event(0)))->known_at, wall ? 5100 : 0);
  }
}

TEST(ModuleTable, KeepsEachProcessOnceWithItsEarliestStart) {
  ModuleTable table;
  table.add_process(header("7", "2001-09-09T01:46:41.000000005Z"));
  table.add_process(header("7", "2001-09-09T01:46:40.000000005Z"));  // before it called exec
  table.add_process(header("8", "yesterday"));
  for (const char* pid : {"", "x", "-1", "0", "99999999999"}) table.add_process(header(pid, ""));
  ASSERT_EQ(table.processes().size(), 2u);
  EXPECT_EQ(table.processes()[0].pid, 7);
  EXPECT_EQ(table.processes()[0].start, 1'000'000'000'000'000'005);
  EXPECT_EQ(table.processes()[1].pid, 8);
  EXPECT_EQ(table.processes()[1].start, 0);
}

}  // namespace
}  // namespace thrace

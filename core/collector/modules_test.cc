// Modules in the tables of later generations and of children.
#include "core/collector/modules.h"

#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "core/collector/discovery.h"
#include "core/collector/preview.h"
#include "core/collector/rig_for_test.h"

namespace thrace::collector {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// The texts of a record, one word: build-id, path.
constexpr uint64_t texts(const char (&bytes)[8]) {
  uint64_t word = 0;
  for (int i = 7; i >= 0; i--) word = word << 8 | static_cast<uint8_t>(bytes[i]);
  return word;
}
constexpr uint64_t kFirst = texts("ab\0/one"), kSecond = texts("cd\0/two");

class ModulesTest : public RigTest {
 protected:
  void SetUp() override {
    RigTest::SetUp();
    m_ = guest_->thread(process_, gettid());
    guest_->chunk(m_, 1, 0);
    guest_->status(m_, start_ + 10);
  }
  void load(uint32_t id, uint64_t words, uint64_t time) {
    const uint64_t start = id * 0x10000ull;
    guest_->record(m_, Event::Module, time, {id, start, start, start + 0x1000, 0, words});
  }
  void unload(uint32_t id, uint64_t time) { guest_->record(m_, Event::ModuleGone, time, {id}); }
  // The slot of an image that the one in `parent` has forked.
  uint32_t forked(uint32_t parent, int32_t ppid, uint64_t time) {
    const uint32_t slot = guest_->process(getpid(), "child");
    Process& image = arena_process(base_, slot);
    image.ppid = ppid;
    image.parent = parent + 1;
    image.claimed = time;
    return slot;
  }
  void end(uint32_t slot) {
    Preview(base_, *threads_, *encoder_).look();
    ProcessState* state = processes_->find(slot);
    advance_->close(*state, EndReason::Exit);
    processes_->free(*state);
  }
  void generation(uint32_t gen) {
    tick();
    next_generation();
    guest_->chunk(m_, gen, 0);
    guest_->status(m_, start_ + gen * 1000);
  }

  // The ids of the modules that M 0 lists, but for those of this very program.
  static std::vector<std::string> listed(const TestTrace& trace, size_t generation) {
    std::vector<std::string> result;
    const std::string start = "M0 Module ";
    for (const std::string& line : trace.lines(generation, true)) {
      if (!line.starts_with(start)) continue;
      const std::string id = line.substr(start.size(), line.find(' ', start.size()) - start.size());
      if (std::stoul(id) < kFirstDiscovered) result.push_back(id);
    }
    return result;
  }

  uint32_t m_ = 0;
};

TEST_F(ModulesTest, EachGenerationListsWhatWasThereBefore) {
  load(1, kFirst, start_ + 20);
  load(2, kSecond, start_ + 30);
  load(3, kSecond, start_ + 40);
  unload(2, start_ + 50);
  generation(2);
  unload(3, start_ + 2100);
  load(4, kFirst, start_ + 2200);
  generation(3);
  close();
  EXPECT_THAT(listed(trace(), 0), IsEmpty());
  EXPECT_THAT(listed(trace(), 1), ElementsAre("1", "3"));
  EXPECT_THAT(listed(trace(), 2), ElementsAre("1", "4"));
  EXPECT_THAT(trace().lines(0), Contains(StartsWith("M1 Module@")).Times(3));
  EXPECT_THAT(trace().lines(1), Contains(StartsWith("M1 ModuleGone@")));
}

TEST_F(ModulesTest, TheTextsAreInEachGeneration) {
  load(1, kFirst, start_ + 20);
  generation(2);
  close();
  for (const size_t i : {0, 1}) EXPECT_THAT(trace().lines(i, true), Contains(HasSubstr("/one")));
}

TEST_F(ModulesTest, OneThatTakesTheRoomOfAnotherReplacesIt) {
  load(1, kFirst, start_ + 20);
  guest_->record(m_, Event::Module, start_ + 30, {2, 0x10000, 0x10000, 0x12000, 0, kSecond});
  generation(2);
  close();
  EXPECT_THAT(listed(trace(), 1), ElementsAre("2"));
}

TEST_F(ModulesTest, AForkedChildHasWhatItsParentHad) {
  load(1, kFirst, start_ + 20);
  load(2, kSecond, start_ + 30);
  unload(2, start_ + 40);
  load(3, kSecond, start_ + 60);  // after the fork
  const uint32_t slot = forked(process_, getpid(), start_ + 50);
  const uint32_t child = guest_->thread(slot, other_tid());
  guest_->chunk(child, 1, 0);
  guest_->status(child, start_ + 55);
  tick();  // the records of the parent are not seen before the generation ends
  generation(2);
  guest_->chunk(child, 2, 0);
  guest_->status(child, start_ + 2000);
  tick();
  end(slot);
  const TestTrace trace = read_trace(traces_[2]);
  ASSERT_EQ(trace.generations.size(), 2u);
  EXPECT_THAT(listed(trace, 1), ElementsAre("1"));
}

// A child and its own child end while the records of the first parent are in a chunk that is not
// full; the child is over before its own one is seen.
TEST_F(ModulesTest, ChildrenThatEndAtOnceHaveThemToo) {
  load(1, kFirst, start_ + 20);
  const uint32_t child = forked(process_, getpid(), start_ + 50);
  tick();
  end(child);
  const uint32_t grandchild = forked(child, getpid(), start_ + 60);
  tick();
  end(grandchild);
  for (const uint32_t image : {2, 3})
    EXPECT_THAT(listed(read_trace(traces_[image]), 0), ElementsAre("1")) << image;
  generation(2);
  close();
  EXPECT_THAT(listed(trace(), 0), IsEmpty()) << "its own record tells of it";
  EXPECT_THAT(listed(trace(), 1), ElementsAre("1"));
}

// Of this very program, which has recorded none.
TEST_F(ModulesTest, WhatIsFoundInTheMapsIsInTheGenerationThatEndsThen) {
  generation(2);
  close();
  for (const size_t i : {0, 1})
    EXPECT_THAT(trace().lines(i, true), Contains(HasSubstr("/libc.so")));
}

TEST_F(ModulesTest, UnlessAnotherLayThereInIt) {
  const auto mappings = Maps(getpid()).read();
  const auto libc = std::find_if(mappings.begin(), mappings.end(), [](const Mapping& mapping) {
    return mapping.path.find("/libc.so") != std::string::npos;
  });
  ASSERT_NE(libc, mappings.end());
  guest_->record(m_, Event::Module, start_ + 20,
                 {1, libc->start, libc->start, libc->start + 0x1000, 0, kFirst});
  unload(1, start_ + 30);
  generation(2);
  close();
  EXPECT_THAT(trace().lines(0, true), testing::Not(Contains(HasSubstr("/libc.so"))));
  EXPECT_THAT(trace().lines(1, true), Contains(HasSubstr("/libc.so")));
}

Module module_at(uint64_t start, const char* path) {
  Module module;
  module.id = 1;
  module.start = start;
  module.end = start + 4096;
  module.path = path;
  return module;
}

TEST(Modules, OfAFileTheInodeAndTheWholePathAreLookedUp) {
  Modules modules(getpid());
  const uint64_t here = reinterpret_cast<uint64_t>(&parse_maps) & ~uint64_t{4095};
  Module module = module_at(here, "bin/collector_test");
  modules.add(module);
  EXPECT_NE(module.inode, 0u);
  EXPECT_THAT(module.path, StartsWith("/"));
  Module other = module_at(4096, "/gone");
  other.id = 2;
  modules.add(other);
  EXPECT_EQ(other.inode, 0u);
  EXPECT_EQ(other.path, "/gone");
}

Module module_of(uint32_t id, uint64_t start, uint64_t loaded, uint32_t gen) {
  Module module = module_at(start, "/file");
  module.id = id;
  module.loaded = loaded;
  module.loaded_gen = gen;
  return module;
}

std::vector<uint32_t> ids_listed(Modules& modules, uint32_t gen) {
  std::vector<uint32_t> ids;
  modules.list(gen, [&](const Module& module) { ids.push_back(module.id); });
  return ids;
}

// The chunks of threads come in any order, and what is read ahead comes again.
TEST(Modules, ARecordThatComesLateRevivesNothing) {
  Modules modules;
  Module module = module_of(1, 4096, 10, 1), next = module_of(2, 4096, 30, 1);
  modules.add(module);
  modules.remove(1, 1, 20);
  modules.add(module);
  EXPECT_EQ(modules.find(4096), nullptr);
  modules.add(next);
  modules.add(module);
  ASSERT_TRUE(modules.find(4096));
  EXPECT_EQ(modules.find(4096)->id, 2u);
  EXPECT_THAT(ids_listed(modules, 2), ElementsAre(2));
}

TEST(Modules, TheEndOfOneMayComeBeforeItsBeginning) {
  Modules modules;
  modules.remove(1, 2, 20);
  modules.each([](const Module&) { FAIL(); });
  EXPECT_THAT(ids_listed(modules, 2), IsEmpty());
  Module module = module_of(1, 4096, 10, 1);
  modules.add(module);
  EXPECT_EQ(modules.find(4096), nullptr);
  EXPECT_THAT(ids_listed(modules, 2), ElementsAre(1));  // it was there when 2 began
  EXPECT_THAT(ids_listed(modules, 3), IsEmpty());
}

TEST(Modules, TheEndOfOneThatNeverCameIsForgotten) {
  Modules modules;
  modules.remove(1, 2, 20);
  EXPECT_THAT(ids_listed(modules, 6), IsEmpty());
  Module module = module_of(1, 4096, 10, 6);
  modules.add(module);
  EXPECT_TRUE(modules.find(4096));
}

TEST(Modules, OfTwoInOnePlaceTheLaterStays) {
  for (const bool in_order : {true, false}) {
    Modules modules;
    Module first = module_of(2, 4096, 10, 1), second = module_of(1, 4096, 20, 1);
    modules.add(in_order ? first : second);
    modules.add(in_order ? second : first);
    ASSERT_TRUE(modules.find(4096));
    EXPECT_EQ(modules.find(4096)->id, 1u);
    EXPECT_THAT(ids_listed(modules, 2), ElementsAre(1));
    modules.remove(1, 2, 30);
    modules.add(first);
    EXPECT_EQ(modules.find(4096), nullptr);
  }
}

TEST(Modules, AChildsOwnTakesThePlaceOfItsParents) {
  const auto parent = std::make_shared<Modules>();
  Modules child;
  child.inherit(parent, 15, 1);
  child.remove(3, 1, 16);
  Module own = module_of(4, 4096, 20, 1);
  child.add(own);
  for (const uint32_t id : {1, 3}) {  // late records
    Module module = module_of(id, id * 4096, 10, 1);
    parent->add(module);
  }
  EXPECT_THAT(ids_listed(child, 1), ElementsAre(1, 3));
  EXPECT_THAT(ids_listed(child, 2), ElementsAre(4));
  ASSERT_TRUE(child.find(4096));
  EXPECT_EQ(child.find(4096)->id, 4u);
  EXPECT_EQ(child.find(3 * 4096), nullptr);
}

Module found_at(uint32_t id, uint64_t start, uint32_t gen = 0) {
  return module_of(kFirstDiscovered + id, start, 0, gen);
}

uint32_t id_at(const Modules& modules, uint64_t address) {
  const Module* module = modules.find(address);
  return module ? module->id : 0;
}

TEST(Modules, OfTwoThatWereFoundTheLastIsThere) {
  const auto modules = std::make_shared<Modules>();
  Module first = found_at(1, 8192), second = found_at(2, 6144, 2);
  modules->add(first);
  EXPECT_THAT(ids_listed(*modules, 1), ElementsAre(first.id));
  modules->add(second);
  EXPECT_EQ(id_at(*modules, 8192), second.id);
  EXPECT_EQ(id_at(*modules, 12000), 0u);
  EXPECT_THAT(ids_listed(*modules, 2), ElementsAre(first.id));  // `second` counts from 3 on
  EXPECT_THAT(ids_listed(*modules, 3), ElementsAre(second.id));
  Modules child;
  child.inherit(modules, 15, 3);
  EXPECT_THAT(ids_listed(child, 3), ElementsAre(second.id));
  EXPECT_EQ(id_at(child, 12000), 0u);
}

TEST(Modules, WhatWasFoundInAParentGivesWayToAChildsOwn) {
  for (const uint32_t id : {1, 3}) {  // found before the child's own, and after it
    const auto parent = std::make_shared<Modules>();
    Modules child;
    child.inherit(parent, 15, 1);
    Module own = found_at(2, 4096), recorded = module_of(4, 8192, 20, 1);
    child.add(own);
    child.add(recorded);
    Module here = found_at(id, 4096), there = found_at(id + 10, 8192);
    parent->add(here);
    parent->add(there);
    EXPECT_THAT(ids_listed(child, 1), ElementsAre(own.id, there.id));
    EXPECT_THAT(ids_listed(child, 2), ElementsAre(4, own.id));
    EXPECT_EQ(id_at(child, 4096), own.id);
    EXPECT_EQ(id_at(child, 8192), 4u);
  }
}

// Its end is of no generation of the child's.
TEST(Modules, WhatWentBeforeAForkIsNotListedByTheChild) {
  const auto parent = std::make_shared<Modules>();
  Modules child;
  child.inherit(parent, 15, 1);
  Module first = module_of(1, 4096, 5, 1), second = module_of(2, 4096, 10, 1);
  parent->add(first);
  EXPECT_THAT(ids_listed(child, 1), ElementsAre(1));
  parent->add(second);  // a late record
  EXPECT_THAT(ids_listed(child, 2), ElementsAre(2));
  EXPECT_EQ(id_at(child, 4096), 2u);
}

TEST(Modules, OfThreeInOnePlaceEachEndsWithTheNext) {
  std::vector<uint32_t> order = {1, 2, 3};
  do {
    const auto modules = std::make_shared<Modules>();
    for (const uint32_t nth : order) {
      Module module = module_of(4 - nth, 4096, nth * 10, nth);  // the last has the smallest id
      modules->add(module);
    }
    Modules child;
    child.inherit(modules, 25, 2);
    EXPECT_THAT(ids_listed(child, 2), ElementsAre(2));
    for (const uint32_t gen : {2, 3, 4})
      EXPECT_THAT(ids_listed(*modules, gen), ElementsAre(4 - (gen - 1))) << gen;
    EXPECT_EQ(id_at(*modules, 4096), 1u);
  } while (std::next_permutation(order.begin(), order.end()));
}

// A file that is mapped like a module, where another one was.
class MappedFile {
 public:
  explicit MappedFile(void* wanted = nullptr) {
    const Descriptor file(mkstemp(path_));
    EXPECT_EQ(ftruncate(file.get(), 4096), 0);
    memory_ = mmap(wanted, 4096, PROT_READ, MAP_PRIVATE | (wanted ? MAP_FIXED : 0), file.get(), 0);
    EXPECT_NE(memory_, MAP_FAILED);
    struct stat status {};
    EXPECT_EQ(fstat(file.get(), &status), 0);
    inode_ = status.st_ino;
  }
  ~MappedFile() {
    munmap(memory_, 4096);
    unlink(path_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  void* memory() const { return memory_; }
  uint64_t start() const { return reinterpret_cast<uint64_t>(memory_); }
  uint64_t inode() const { return inode_; }

 private:
  char path_[32] = "/tmp/thrace-modules-XXXXXX";
  void* memory_;
  uint64_t inode_;
};

TEST(Modules, OfAFileThatTakesAnothersPlaceTheInodeIsItsOwn) {
  for (const bool recorded : {true, false}) {
    Modules modules(getpid());
    const MappedFile first;
    Module module = module_at(first.start(), "/first");
    modules.add(module);
    EXPECT_EQ(module.inode, first.inode());
    if (recorded) modules.remove(1, 1, 10);
    const MappedFile second(first.memory());
    std::this_thread::sleep_for(std::chrono::milliseconds(30));  // maps are not read all the time
    Module other = module_at(second.start(), "/second");
    other.id = 2;
    modules.add(other);
    EXPECT_EQ(other.inode, second.inode()) << recorded;
  }
}

}  // namespace
}  // namespace thrace::collector

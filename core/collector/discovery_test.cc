// Modules of this very process, that nobody recorded.
#include "core/collector/discovery.h"

#include <elf.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <link.h>
#include <unistd.h>

#include "core/collector/elf_file.h"
#include "core/collector/image.h"

namespace thrace::collector {
namespace {

using testing::EndsWith;
using testing::IsEmpty;
using testing::Not;

uint64_t address_of(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }

TEST(Discovery, EachFileOfCodeIsFoundOnce) {
  Modules modules;
  Discovery discovery(getpid());
  const auto mappings = Maps(getpid()).read();
  discovery.find(mappings, modules);
  const Module* libc = modules.find(address_of(reinterpret_cast<const void*>(&getpid)));
  const Module* own = modules.find(address_of(reinterpret_cast<const void*>(&address_of)));
  ASSERT_TRUE(libc && own);
  EXPECT_THAT(libc->path, EndsWith("libc.so.6"));
  EXPECT_THAT(libc->build, Not(IsEmpty()));
  EXPECT_THAT(own->path, EndsWith("collector_test"));
  EXPECT_NE(own->inode, 0u);
  EXPECT_GE(own->id, kFirstDiscovered);
  int before = 0, after = 0;
  modules.each([&](const Module&) { before++; });
  discovery.find(mappings, modules);
  modules.each([&](const Module&) { after++; });
  EXPECT_EQ(before, after);
}

// The child of a fork inherits what was found in its parent.
TEST(Discovery, WhatIsFoundInAChildLeavesItsParentsModules) {
  auto parent = std::make_shared<Modules>();
  Discovery(getpid()).find(Maps(getpid()).read(), *parent);
  const Module* libc = parent->find(address_of(reinterpret_cast<const void*>(&getpid)));
  ASSERT_TRUE(libc);
  Modules child;
  child.inherit(parent, 10, 1);
  // What the child has loaded lies elsewhere.
  auto mappings = Maps(getpid()).read();
  for (Mapping& mapping : mappings) mapping.start += 1ull << 46, mapping.end += 1ull << 46;
  Discovery(getpid()).find(mappings, child);
  child.list(2, [](const Module&) {});
  const Module* inherited = child.find(libc->start);
  ASSERT_TRUE(inherited);
  EXPECT_EQ(inherited->id, libc->id);
  EXPECT_EQ(inherited->path, libc->path);
}

TEST(Discovery, TheBiasIsTheLoaders) {
  Modules modules;
  Discovery(getpid()).find(Maps(getpid()).read(), modules);
  const auto compare = [](dl_phdr_info* info, size_t, void* data) {
    const auto& all = *static_cast<const Modules*>(data);
    const Module* module = all.find(address_of(info->dlpi_phdr));
    if (module) {
      EXPECT_EQ(module->bias, info->dlpi_addr) << module->path;
    }
    return 0;
  };
  dl_iterate_phdr(compare, &modules);
}

TEST(Discovery, WhatIsRecordedIsLeftAlone) {
  Modules modules;
  Module all;
  all.id = 1;
  all.end = ~uint64_t{0};
  all.path = "/all";
  modules.add(all);
  Discovery(getpid()).find(Maps(getpid()).read(), modules);
  modules.each([](const Module& module) { EXPECT_EQ(module.id, 1u); });
}

TEST(ElfFile, WhatIsNoneIsRefused) {
  ElfFacts facts;
  for (const char* path : {"/etc/passwd", "/dev/null", "/"})
    EXPECT_FALSE(read_elf(Descriptor(open(path, O_RDONLY)).get(), facts)) << path;
  EXPECT_TRUE(read_elf(Descriptor(open("/bin/sh", O_RDONLY)).get(), facts));
}

}  // namespace
}  // namespace thrace::collector

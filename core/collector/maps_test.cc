// What /proc says of a process's files.
#include "core/collector/maps.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace thrace::collector {
namespace {

TEST(Maps, FilesAloneAreRead) {
  const auto maps = parse_maps(
      "55d0c0a00000-55d0c0a02000 r-xp 00001000 fe:01 131 /opt/a program\n"
      "7f0000000000-7f0000001000 r--p 00000000 fe:01 77  /lib/b.so (deleted)\n"
      "7f0000002000-7f0000003000 rw-p 00000000 00:00 0\n"
      "7ffd00000000-7ffd00001000 r-xp 00000000 00:00 0   [vdso]\n"
      "nonsense\n"
      "zz-1 r-xp 0 0 0 /x\n");
  ASSERT_EQ(maps.size(), 2u);
  EXPECT_EQ(maps[0].start, 0x55d0c0a00000u);
  EXPECT_EQ(maps[0].end, 0x55d0c0a02000u);
  EXPECT_EQ(maps[0].offset, 0x1000u);
  EXPECT_EQ(maps[0].inode, 131u);
  EXPECT_TRUE(maps[0].executable);
  EXPECT_FALSE(maps[1].executable);
  EXPECT_EQ(maps[0].path, "/opt/a program");
  EXPECT_FALSE(maps[0].deleted);
  EXPECT_EQ(maps[1].path, "/lib/b.so");
  EXPECT_TRUE(maps[1].deleted);
}

TEST(Maps, AnAddressIsFound) {
  Maps maps(getpid());
  const Mapping* found = maps.find(reinterpret_cast<uint64_t>(&parse_maps));
  ASSERT_NE(found, nullptr);
  EXPECT_NE(found->inode, 0u);
  EXPECT_NE(found->path.find("collector_test"), std::string::npos);
  EXPECT_EQ(maps.find(16), nullptr);
}

TEST(Maps, NobodyHasNone) {
  EXPECT_EQ(Maps(0).find(reinterpret_cast<uint64_t>(&parse_maps)), nullptr);
}

}  // namespace
}  // namespace thrace::collector

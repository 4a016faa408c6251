// Maps of just-in-time compilers, good and bad.
#include "decoder/symbols/perf_map.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "decoder/symbols/symbolizer.h"
#include "decoder/symbols/test_support.h"

namespace thrace {
namespace {

// A symbolizer of these processes.
class Jit : public Symbolizer {
 public:
  Jit(const std::string& folder, const std::vector<TracedProcess>& processes)
      : Symbolizer({.perf_map_directory = folder}) {
    for (const TracedProcess& process : processes) add_process(process);
  }
};

std::string name_at(Symbolizer& symbolizer, uint64_t address, bool is_return = false) {
  return std::string(symbolizer.frames(nullptr, address, is_return).front().function);
}

TEST(PerfMap, NamesCodeOfNoFile) {
  const TemporaryFolder folder;
  write_file(folder.path + "/perf-77.map",
             "7f0000001000 100 LazyCompile:*main /app/x.js:1\n"
             "0x7f0000002000 0x10 stub with blanks\n"
             "7f0000001080 10 newer\n"
             "nonsense\n\n7f00 zz bad\n7f0000003000 20\n7f0000004000 20 last without a newline");
  Jit symbolizer(folder.path, {{77}});
  EXPECT_EQ(name_at(symbolizer, 0x7f0000001000), "LazyCompile:*main /app/x.js:1");
  EXPECT_EQ(name_at(symbolizer, 0x7f0000001085), "newer");
  EXPECT_EQ(name_at(symbolizer, 0x7f0000001090), "LazyCompile:*main /app/x.js:1");
  EXPECT_EQ(name_at(symbolizer, 0x7f000000200f), "stub with blanks");
  EXPECT_EQ(name_at(symbolizer, 0x7f0000002010), "0x7f0000002010");
  EXPECT_EQ(name_at(symbolizer, 0x7f0000002010, true), "stub with blanks");
  EXPECT_EQ(name_at(symbolizer, 0x7f0000003000), "0x7f0000003000");
  EXPECT_EQ(name_at(symbolizer, 0x7f0000004001), "last without a newline");
  EXPECT_FALSE(symbolizer.frames(nullptr, 0x7f0000003000, false).front().known);
  EXPECT_TRUE(symbolizer.notes().empty());
}

TEST(PerfMap, TwoProcessesThatDisagreeNameNothing) {
  const TemporaryFolder folder;
  write_file(folder.path + "/perf-1.map", "1000 10 one\n2000 10 same\n3000 10 first only\n");
  write_file(folder.path + "/perf-2.map", "1000 10 two\n2000 10 same\n");
  Jit symbolizer(folder.path, {{1}, {2}, {3}});
  EXPECT_EQ(name_at(symbolizer, 0x1001), "0x1001");
  EXPECT_EQ(name_at(symbolizer, 0x2001), "same");
  EXPECT_EQ(name_at(symbolizer, 0x3001), "first only");
}

TEST(PerfMap, RefusesWhatIsNotItsUsersFile) {
  const TemporaryFolder folder;
  ASSERT_EQ(mkfifo((folder.path + "/perf-1.map").c_str(), 0600), 0);
  ASSERT_EQ(symlink("/etc/passwd", (folder.path + "/perf-2.map").c_str()), 0);
  Jit symbolizer(folder.path, {{1}, {2}});
  EXPECT_EQ(name_at(symbolizer, 0x1001), "0x1001");
  ASSERT_EQ(symbolizer.notes().size(), 2u);
  EXPECT_EQ(symbolizer.notes()[0], folder.path + "/perf-1.map is not a regular file");
}

TEST(PerfMap, RefusesThatOfAnotherProcessWithThePid) {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/perf-1.map";
  write_file(path, "1000 10 one\n");
  const int64_t now = time(nullptr) * int64_t{1'000'000'000};
  Jit earlier(folder.path, {{1, now - 60'000'000'000}});
  EXPECT_EQ(name_at(earlier, 0x1001), "one");
  EXPECT_TRUE(earlier.notes().empty());
  Jit later(folder.path, {{1, now + 60'000'000'000}});
  EXPECT_EQ(name_at(later, 0x1001), "0x1001");
  ASSERT_EQ(later.notes().size(), 1u);
  EXPECT_EQ(later.notes()[0], path + " is older than the traced process: its names are not used");
}

TEST(PerfMap, ProcessesMayComeLater) {
  const TemporaryFolder folder;
  write_file(folder.path + "/perf-1.map", "1000 10 one\n");
  write_file(folder.path + "/perf-2.map", "2000 10 two\n");
  Jit symbolizer(folder.path, {{1}});
  EXPECT_EQ(name_at(symbolizer, 0x1001), "one");
  symbolizer.add_process({2});
  EXPECT_EQ(name_at(symbolizer, 0x2001), "two");
}

}  // namespace
}  // namespace thrace

// Files: private, never overwritten, whole up to the last generation whatever the disk does.
#include "core/collector/trace_file.h"

#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>

#include "core/collector/trace_for_test.h"

namespace thrace::collector {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class TraceFileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "tracefile." + std::to_string(getpid());
    mkdir(folder_.c_str(), 0700);
    policy_.pattern = folder_ + "/t.%p.thr";
    policy_.log = &log_;
    header_.set("program", "x");
  }
  void TearDown() override { [[maybe_unused]] int rc = system(("rm -rf " + folder_).c_str()); }

  std::string folder_;
  Log log_;
  FilePolicy policy_;
  FileHeader header_;
};

TEST_F(TraceFileTest, IsPrivateLockedAndReadable) {
  const std::string name = folder_ + "/t.5.thr";
  {
    TraceFile file(policy_, {"x", 5, true}, header_);
    struct stat info;
    ASSERT_EQ(stat(name.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0600u);
    std::ifstream other(name);
    const int fd = open(name.c_str(), O_RDONLY);
    EXPECT_NE(flock(fd, LOCK_SH | LOCK_NB), 0);
    close(fd);
    file.data("first");
    file.end_generation(1);
    file.data("sec");
    file.data("ond");
    EXPECT_TRUE(file.dirty());
    file.flush();
    EXPECT_FALSE(file.dirty());
    file.end_generation(1);
    file.finish();
  }
  const TestTrace trace = read_trace(read_file(name));
  ASSERT_TRUE(trace.good);
  EXPECT_EQ(trace.header.get("program"), "x");
  EXPECT_EQ(trace.generations, (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(trace.index.size(), 3u);
}

TEST_F(TraceFileTest, AttachmentsStandBetweenGenerationsAndInTheIndex) {
  const std::string frame = encode_attachment({"ab", "/x", 5}, "image");
  {
    TraceFile file(policy_, {"x", 5, true}, header_);
    file.data("fi");
    file.attach(frame);
    file.data("rst");
    file.end_generation(1);
    file.data("second");
    file.end_generation(1);
    file.attach(frame);
    file.finish();
  }
  const std::string bytes = read_file(folder_ + "/t.5.thr");
  const TestTrace trace = read_trace(bytes);
  EXPECT_EQ(trace.generations, (std::vector<std::string>{"first", "second"}));
  ASSERT_EQ(trace.index.size(), 5u);
  uint64_t offset = 0;
  for (const size_t i : {0, 1, 2, 3, 4}) {
    if (i == 2 || i == 4) {
      EXPECT_EQ(bytes.substr(offset, frame.size()), frame);
    }
    offset += trace.index[i].compressed;
  }
}

TEST_F(TraceFileTest, TakenNamesAreLeftAlone) {
  for (const bool force : {false, true}) {
    std::ofstream(folder_ + "/t.5.thr") << "mine";
    policy_.force = force;
    policy_.names.clear();
    for (int i = 0; i < 2; i++) TraceFile(policy_, {"x", 5, true}, header_).finish();
    EXPECT_EQ(read_file(folder_ + "/t.5.thr") == "mine", !force);
    // Under force too, one session does not overwrite its own files.
    EXPECT_EQ(access((folder_ + "/t.5.thr.1").c_str(), F_OK), 0);
    EXPECT_EQ(access((folder_ + "/t.5.thr.2").c_str(), F_OK) == 0, !force);
    [[maybe_unused]] int rc = system(("rm -f " + folder_ + "/*").c_str());
  }
}

TEST_F(TraceFileTest, LinksAreNotFollowed) {
  ASSERT_EQ(symlink("/nowhere/x", (folder_ + "/t.5.thr").c_str()), 0);
  TraceFile(policy_, {"x", 5, true}, header_).finish();
  EXPECT_EQ(access((folder_ + "/t.5.thr.1").c_str(), F_OK), 0);
}

TEST_F(TraceFileTest, AFullDiskLeavesWholeGenerations) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{64 << 10, 64 << 10};
    setrlimit(RLIMIT_FSIZE, &limit);
    TraceFile file(policy_, {"x", 5, true}, header_);
    std::mt19937 random(1);
    for (int i = 0; i < 10; i++) {
      std::string noise(20000, '\0');
      for (char& c : noise) c = static_cast<char>(random());
      file.data(noise);
      file.end_generation(1);
    }
    file.finish();
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  const TestTrace trace = read_trace(read_file(folder_ + "/t.5.thr"));
  ASSERT_TRUE(trace.good);
  EXPECT_EQ(trace.generations.size(), 3u);
  for (const auto& text : trace.generations) EXPECT_EQ(text.size(), 20000u);
  EXPECT_EQ(trace.index.size(), 4u);
}

TEST_F(TraceFileTest, AMissingFolderHurtsNobody) {
  policy_.pattern = folder_ + "/none/x";
  TraceFile file(policy_, {"x", 5, true}, header_);
  file.data("x");
  file.end_generation(1);
  file.finish();
}

}  // namespace
}  // namespace thrace::collector

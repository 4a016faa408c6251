// Opening and reading of files, standard input and memory.
#include "decoder/input/input.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <vector>

#include "decoder/input/progress_line.h"
#include "decoder/text/escape.h"

namespace thrace {
namespace {

constexpr size_t kChunk = 1 << 18;
constexpr useconds_t kLockPoll = 50'000;      // microseconds
constexpr useconds_t kBirthWait = 2'000'000;  // for a file that a collector is about to make

// Of a file that can be read at any place; 0: it is standard input, or none.
uint64_t size_of(int fd) {
  struct stat status;
  if (fd == STDIN_FILENO || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  return static_cast<uint64_t>(status.st_size);
}

class FileInput : public Input {
 public:
  FileInput(int fd, const std::string& name)
      : fd_(fd),
        size_(size_of(fd)),
        buffer_(kChunk),
        progress_(fmt::format("trace-decode: reading {}", printable(name)), size_) {}
  ~FileInput() override {
    if (fd_ != STDIN_FILENO) close(fd_);
  }
  FileInput(const FileInput&) = delete;
  FileInput& operator=(const FileInput&) = delete;

  std::string_view next() override {
    ssize_t n;
    do n = read(fd_, buffer_.data(), buffer_.size());
    while (n < 0 && errno == EINTR);
    if (n < 0) error_ = fmt::format("cannot be read: {}", std::strerror(errno));
    const size_t size = n > 0 ? static_cast<size_t>(n) : 0;
    if (size == 0)
      progress_.end();  // before anything is said of what was read
    else
      progress_.advance(size);
    return {buffer_.data(), size};
  }

  uint64_t size() const override { return size_; }

  std::string part(uint64_t offset, size_t count) const override {
    return offset < size_ ? read_part(fd_, offset, std::min<uint64_t>(count, size_ - offset)) : "";
  }

 private:
  int fd_;
  uint64_t size_;
  std::vector<char> buffer_;
  ProgressLine progress_;
};

class MemoryInput : public Input {
 public:
  explicit MemoryInput(std::string data) : data_(std::move(data)) {}

  std::string_view next() override {
    const std::string_view all = done_ ? std::string_view() : data_;
    done_ = true;
    return all;
  }

  uint64_t size() const override { return data_.size(); }

  std::string part(uint64_t offset, size_t count) const override {
    return offset < data_.size() ? data_.substr(offset, count) : "";
  }

 private:
  std::string data_;
  bool done_ = false;
};

// A collector holds the lock for as long as it writes.  A shared lock is enough to see that.
void wait_for_collector(int fd, const std::string& path) {
  for (useconds_t waited = 0; waited < kLockWait * 1'000'000u; waited += kLockPoll) {
    if (flock(fd, LOCK_SH | LOCK_NB) == 0) {
      flock(fd, LOCK_UN);
      return;
    }
    if (errno != EWOULDBLOCK) return;
    if (waited == 0)
      fmt::print(stderr, "trace-decode: {} is still being written: waiting up to {} s\n",
                 printable(path), kLockWait);
    usleep(kLockPoll);
  }
  fmt::print(stderr, "trace-decode: {} is still being written: reading what is there\n",
             printable(path));
}

// True if a session of this user is under way: its arena lies where the launcher puts it.
bool session_exists() {
  const std::string start = fmt::format("thrace.{}.", getuid());
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm", ignored))
    if (entry.path().filename().string().starts_with(start)) return true;
  return false;
}

// A program that has just ended may be quicker than its collector, which makes the file.
int open_file(const std::string& path) {
  for (useconds_t waited = 0;; waited += kLockPoll) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && waited != 0) usleep(kLockPoll);  // it is about to be locked
    if (fd >= 0 || errno != ENOENT || waited >= kBirthWait) return fd;
    if (waited == 0 && !session_exists()) return open(path.c_str(), O_RDONLY | O_CLOEXEC);
    usleep(kLockPoll);
  }
}

}  // namespace

std::string read_part(int fd, uint64_t offset, uint64_t size) {
  std::string bytes(size, '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count =
        pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

std::unique_ptr<Input> open_input(const std::string& path, std::string& error) {
  if (path == "-") return std::make_unique<FileInput>(STDIN_FILENO, "standard input");
  const int fd = open_file(path);
  if (fd < 0) {
    error = fmt::format("cannot be opened: {}", std::strerror(errno));
    return nullptr;
  }
  struct stat status;
  if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
    error = "is a directory, not a trace";
    close(fd);
    return nullptr;
  }
  wait_for_collector(fd, path);
  return std::make_unique<FileInput>(fd, path);
}

std::unique_ptr<Input> memory_input(std::string data) {
  return std::make_unique<MemoryInput>(std::move(data));
}

}  // namespace thrace

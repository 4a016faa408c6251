// Reading perf-PID.map.
#include "decoder/symbols/perf_map.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace thrace {
namespace {

constexpr off_t kMaxSize = 256 << 20;
constexpr int64_t kSecond = 1'000'000'000;  // ns; so far the clock may have been set meanwhile

// Takes a hex number and the blank behind it off the front.
bool take_hex(std::string_view& text, uint64_t& value) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end == text.data() + text.size() || *end != ' ') return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()) + 1);
  return true;
}

bool is_older(const struct stat& status, const TracedProcess& process) {
  return process.start != 0 &&
         status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec < process.start - kSecond;
}

// Reads all of a file that may be used; else says why not.
std::string read_map(const std::string& path, const TracedProcess& process, std::string& problem) {
  const int fd = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW);
  if (fd < 0) {
    if (errno != ENOENT) problem = fmt::format("{} cannot be opened: {}", path, strerror(errno));
    return "";
  }
  struct stat status;
  std::string text;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    problem = fmt::format("{} is not a regular file", path);
  } else if (status.st_uid != geteuid() && status.st_uid != 0) {
    problem = fmt::format("{} belongs to another user: its names are not used", path);
  } else if (is_older(status, process)) {
    problem = fmt::format("{} is older than the traced process: its names are not used", path);
  } else if (status.st_size > kMaxSize) {
    problem = fmt::format("{} is too large: its names are not used", path);
  } else {
    text.resize(static_cast<size_t>(status.st_size));
    ssize_t n = 0;
    size_t done = 0;
    while (done < text.size()) {
      n = read(fd, text.data() + done, text.size() - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      done += static_cast<size_t>(n);
    }
    if (n < 0) problem = fmt::format("{} cannot be read: {}", path, strerror(errno));
    text.resize(done);
  }
  close(fd);
  return text;
}

}  // namespace

PerfMap::PerfMap(const std::string& directory, const TracedProcess& process, StringPool& pool,
                 std::string& problem) {
  parse(read_map(fmt::format("{}/perf-{}.map", directory, process.pid), process, problem), pool);
}

void PerfMap::parse(std::string_view text, StringPool& pool) {
  std::vector<RangeMap::Range> ranges;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    uint64_t begin = 0, size = 0;
    if (!take_hex(line, begin) || !take_hex(line, size) || line.empty()) continue;
    ranges.push_back({begin, begin + size, static_cast<uint32_t>(names_.size())});
    names_.push_back(pool.intern(line));
  }
  map_ = RangeMap(ranges);
}

}  // namespace thrace

// Reading /proc/PID/maps (proc(5)).
#include "core/collector/maps.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <sstream>

#include "core/collector/proc.h"

namespace thrace::collector {
namespace {

constexpr uint64_t kPatience = 20'000'000;   // ns between two readings for an address
constexpr uint64_t kInterval = 250'000'000;  // ns between two for all
constexpr std::string_view kDeleted = " (deleted)";

// "START-END".
bool parse_range(std::string_view text, Mapping& mapping) {
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, mapping.start, 16);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') return false;
  return std::from_chars(first.ptr + 1, end, mapping.end, 16).ec == std::errc();
}

}  // namespace

std::vector<Mapping> parse_maps(const std::string& text) {
  std::vector<Mapping> result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string range, rights, device;
    Mapping mapping;
    if (!(words >> range >> rights >> std::hex >> mapping.offset >> device >> std::dec >>
          mapping.inode) ||
        !parse_range(range, mapping))
      continue;
    mapping.executable = rights.size() > 2 && rights[2] == 'x';
    std::getline(words >> std::ws, mapping.path);
    if (mapping.path.ends_with(kDeleted)) {
      mapping.path.resize(mapping.path.size() - kDeleted.size());
      mapping.deleted = true;
    }
    if (mapping.path.starts_with('/')) result.push_back(std::move(mapping));
  }
  return result;
}

std::string Mapping::map_file() const {
  char name[64];
  std::snprintf(name, sizeof name, "/map_files/%lx-%lx", start, end);
  return name;
}

bool Maps::is_due() const { return !read_at_ || monotonic() - read_at_ >= kInterval; }

const std::vector<Mapping>& Maps::read() {
  mappings_.clear();
  if (!pid_) return mappings_;
  read_at_ = monotonic();
  std::string text;
  read_proc(pid_, "maps", text);
  mappings_ = parse_maps(text);
  return mappings_;
}

const Mapping* Maps::look_up(uint64_t address) const {
  const auto next = std::upper_bound(
      mappings_.begin(), mappings_.end(), address,
      [](uint64_t wanted, const Mapping& mapping) { return wanted < mapping.end; });
  return next != mappings_.end() && next->start <= address ? &*next : nullptr;
}

void Maps::forget(uint64_t start, uint64_t end) {
  std::erase_if(mappings_,
                [=](const Mapping& mapping) { return mapping.start < end && start < mapping.end; });
}

const Mapping* Maps::find(uint64_t address) {
  const Mapping* found = look_up(address);
  if (found || !pid_ || (read_at_ && monotonic() - read_at_ < kPatience)) return found;
  read();
  return look_up(address);
}

}  // namespace thrace::collector

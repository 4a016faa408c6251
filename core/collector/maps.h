// The files that a process has mapped, as /proc/PID/maps has them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace thrace::collector {

struct Mapping {
  uint64_t start = 0, end = 0;
  uint64_t offset = 0;  // in the file
  uint64_t inode = 0;
  std::string path;      // without the mark of a deleted file
  bool deleted = false;  // no name leads to this file any more
  bool executable = false;

  // The file below /proc/PID, whatever has become of its name.  To open it needs a capability.
  std::string map_file() const;
};

// Reads the text of a maps file; lines without a file are left out.
std::vector<Mapping> parse_maps(const std::string& text);

// Reads again when it is asked for what it does not know, but not all the time.
class Maps {
 public:
  explicit Maps(int32_t pid) : pid_(pid) {}  // 0: nothing is known of the process

  // The mapping that holds an address; nullptr: none that could be found.
  const Mapping* find(uint64_t address);

  // What lies there has been unmapped, or will be: it is not remembered.
  void forget(uint64_t start, uint64_t end);

  // All there are now.  Empty if the process is gone or closed to us.
  const std::vector<Mapping>& read();

  // True if that was not done for a quarter of a second.
  bool is_due() const;

 private:
  const Mapping* look_up(uint64_t address) const;

  int32_t pid_;
  std::vector<Mapping> mappings_;
  uint64_t read_at_ = 0;  // CLOCK_MONOTONIC, ns; 0: never
};

}  // namespace thrace::collector

// The ELF files of the user's symbol directories, by build-id.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace thrace {

class FileIndex {
 public:
  // Looks through the directories and all below them; links to directories are not followed, and
  // .build-id is left out, as its files are found by their names.  At most kMaxFiles are read.
  static constexpr size_t kMaxFiles = 100'000;
  explicit FileIndex(const std::vector<std::string>& directories);

  // The files with this build-id (hex), by path.
  std::vector<std::string> find(const std::string& build_id) const;

 private:
  std::multimap<std::string, std::string> paths_;
};

}  // namespace thrace

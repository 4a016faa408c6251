// Walking the symbol directories.
#include "decoder/symbols/file_index.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "decoder/symbols/elf_file.h"

namespace thrace {

namespace fs = std::filesystem;

FileIndex::FileIndex(const std::vector<std::string>& directories) {
  size_t files = 0;
  for (const std::string& directory : directories) {
    std::error_code error;
    fs::recursive_directory_iterator entry(directory, fs::directory_options::skip_permission_denied,
                                           error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      if (entry->path().filename() == ".build-id") entry.disable_recursion_pending();
      std::error_code ignored;  // an entry that cannot be examined is not a regular file
      if (!entry->is_regular_file(ignored)) continue;
      if (files++ == kMaxFiles) return;
      std::string reason;  // most files of a directory may be no ELF files
      const auto file = ElfFile::open(entry->path(), reason);
      if (!file) continue;
      if (std::string id = file->build_id(); !id.empty())
        paths_.emplace(std::move(id), entry->path());
    }
  }
}

std::vector<std::string> FileIndex::find(const std::string& build_id) const {
  std::vector<std::string> found;
  const auto [first, last] = paths_.equal_range(build_id);
  for (auto at = first; at != last; ++at) found.push_back(at->second);
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace thrace

// Interning of modules.
#include "decoder/stacks/module_table.h"

#include <fmt/core.h>

namespace thrace {

ModuleIndex ModuleTable::intern(const Generation& generation, const EventView& event) {
  const auto [id, bias, start, end, inode, build, path] = event.args;
  const std::string_view build_id = generation.string(build), file = generation.string(path);
  const std::string key = fmt::format("{} {} {} {} {} {}", bias, start, end, inode, build_id, file);
  if (const auto found = index_.find(key); found != index_.end()) return found->second;
  if (modules_.size() == kMaxModules) return kNoModule;
  modules_.push_back({std::string(file), std::string(build_id), bias, start, end, inode, {}});
  return index_[key] = static_cast<ModuleIndex>(modules_.size() - 1);
}

void ModuleTable::attach(const std::string& trace, const std::vector<Attachment>& attachments) {
  for (const Attachment& attachment : attachments) {
    std::string image;
    for (Module& module : modules_) {
      if (module.path != attachment.path || module.build_id != attachment.build) continue;
      if (!module.image.empty()) continue;
      if (image.empty()) {
        std::string error;
        ExpandedFile file = expand(trace, attachment, error);
        if (!file) {
          notes_.push_back(error);
          break;
        }
        image = file.path();
        images_.push_back(std::move(file));
      }
      module.image = image;
    }
  }
}

}  // namespace thrace

// Finding modules in a process's maps.
#include "core/collector/discovery.h"

#include <fcntl.h>

#include "core/collector/elf_file.h"
#include "core/collector/image.h"

namespace thrace::collector {
namespace {

constexpr size_t kMostOthers = 1024;

// The mappings of a file stand together, in the order of their offsets.
bool continues(const Mapping& before, const Mapping& after) {
  return before.inode == after.inode && before.path == after.path && before.offset < after.offset;
}

}  // namespace

// Reads the file; a deleted one is found by its mapping alone.
bool Discovery::identify(const Mapping& mapping, Module& module) const {
  const std::string process = "/proc/" + std::to_string(pid_);
  const std::string path =
      mapping.deleted ? process + mapping.map_file() : process + "/root" + mapping.path;
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  ElfFacts facts;
  if (!file || !read_elf(file.get(), facts)) return false;
  module.bias = mapping.start - facts.first;
  module.build = facts.build;
  module.inode = mapping.inode;
  module.path = mapping.path;
  module.start = mapping.start;
  return true;
}

void Discovery::find(const std::vector<Mapping>& mappings, Modules& modules, uint32_t gen) {
  for (size_t first = 0, next; first < mappings.size(); first = next) {
    bool code = false, known = false;
    for (next = first;
         next == first || (next < mappings.size() && continues(mappings[next - 1], mappings[next]));
         next++) {
      code = code || mappings[next].executable;
      known = known || modules.find(mappings[next].start);
    }
    const Mapping& mapping = mappings[first];
    if (!code || known || mapping.offset || others_.contains(mapping.path)) continue;
    Module module;
    module.end = mappings[next - 1].end;
    if (identify(mapping, module)) {
      module.id = next_++;
      if (modules.any_overlaps(module)) module.loaded_gen = gen;
      modules.add(module);
    } else if (others_.size() < kMostOthers) {
      others_.insert(mapping.path);
    }
  }
}

}  // namespace thrace::collector

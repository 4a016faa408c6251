// Finding files that have lost their names.
#include "core/collector/images.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include <charconv>
#include <cstring>
#include <utility>

#include "core/format/file.h"

namespace thrace::collector {
namespace {

constexpr std::string_view kVdso = "[vdso]";
constexpr uint32_t kProgram = 1;  // the id of the program itself, the loader's first

// The kernel's vdso as this process has it: all processes of a kernel have the same one.
std::string own_vdso() {
  const auto* start = reinterpret_cast<const char*>(getauxval(AT_SYSINFO_EHDR));
  if (!start) return {};
  ElfW(Ehdr) header;
  std::memcpy(&header, start, sizeof header);
  const size_t sections = header.e_shoff + size_t{header.e_shnum} * header.e_shentsize;
  return {start, sections};  // the section headers are its end
}

// The hex digits of a build-id, as bytes; empty if they are none.
std::string unhex(std::string_view digits) {
  std::string bytes;
  for (; digits.size() >= 2; digits.remove_prefix(2)) {
    uint8_t byte = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + 2, byte, 16);
    if (read.ptr != digits.data() + 2) return {};
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

}  // namespace

Images::Images(int32_t pid)
    : pid_(pid),
      executable_(::open(("/proc/" + std::to_string(pid) + "/exe").c_str(),
                         O_RDONLY | O_CLOEXEC | O_NOCTTY)) {}

void Images::keep(const Module& module, TraceSink& sink, Descriptor file, std::string bytes) {
  struct stat info {};
  if (file && fstat(file.get(), &info) != 0) return;
  const uint64_t size = file ? static_cast<uint64_t>(info.st_size) : bytes.size();
  if (!size || size > kMaxImage || bytes_ + size > kMaxImages) return;
  if (!kept_.insert(module.build + ' ' + module.path).second) return;
  bytes_ += size;
  sink.attach(Image{module.build, module.path, std::move(file), std::move(bytes)});
}

// A file that is still mapped and has no name.
Descriptor Images::open(const Mapping& mapping) const {
  const std::string path = "/proc/" + std::to_string(pid_) + mapping.map_file();
  return Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
}

void Images::keep(const std::vector<Mapping>& mappings, const Modules& modules, TraceSink& sink) {
  keep_last(modules, sink);
  for (const Mapping& mapping : mappings) {
    if (!mapping.deleted) continue;
    if (const Module* module = modules.find(mapping.start))
      if (!kept_.contains(module->build + ' ' + module->path)) keep(*module, sink, open(mapping));
  }
}

void Images::keep_last(const Modules& modules, TraceSink& sink) {
  struct stat info {};
  const bool nameless = executable_ && fstat(executable_.get(), &info) == 0 && info.st_nlink == 0;
  modules.each([&](const Module& module) {
    if (nameless && module.id == kProgram && (!module.inode || module.inode == info.st_ino)) {
      keep(module, sink, std::exchange(executable_, Descriptor()));
    } else if (module.path == kVdso && !kept_.contains(module.build + ' ' + module.path)) {
      std::string vdso = own_vdso();
      const std::string build = unhex(module.build);
      if (!build.empty() && vdso.find(build) != std::string::npos)
        keep(module, sink, Descriptor(), std::move(vdso));
    }
  });
}

}  // namespace thrace::collector

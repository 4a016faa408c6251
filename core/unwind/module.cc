// Asks the loader for a module and the module's program headers for what may be read.
//
// dl_iterate_phdr, which other unwinders use, takes the loader's lock; `_dl_find_object`
// (glibc 2.35) takes none and is safe in signal handlers.
#include "core/unwind/module.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

#include "core/unwind/memory.h"

extern "C" {
extern decltype(_dl_find_object) _dl_find_object [[gnu::weak]];
}

namespace thrace::unwind {
namespace {

constexpr uint64_t kPage = 4096;

uint64_t number(const void* address) { return reinterpret_cast<uint64_t>(address); }

}  // namespace

Lookup find_module(uint64_t pc, Module& module) {
  dl_find_object found;
  if (!_dl_find_object || _dl_find_object(reinterpret_cast<void*>(pc), &found) != 0)
    return Lookup::NoModule;
  if (!found.dlfo_eh_frame) return Lookup::NoTables;
  module.header = number(found.dlfo_eh_frame);

  // The ELF header is at the start of the first segment, if anywhere, and a segment has a page.
  const uint64_t start = number(found.dlfo_map_start);
  const Memory first_page(start, start + kPage);
  ElfW(Ehdr) elf;
  if (!first_page.load(start, elf) || elf.e_ident[EI_MAG0] != ELFMAG0 ||
      elf.e_ident[EI_MAG1] != ELFMAG1 || elf.e_phentsize != sizeof(ElfW(Phdr)))
    return Lookup::NoTables;
  for (uint32_t i = 0; i < elf.e_phnum; i++) {
    ElfW(Phdr) segment;
    if (!first_page.load(start + elf.e_phoff + i * sizeof segment, segment)) break;
    if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_R)) continue;
    module.low = found.dlfo_link_map->l_addr + segment.p_vaddr;
    module.high = module.low + segment.p_filesz;
    if (module.header >= module.low && module.header < module.high) return Lookup::Found;
  }
  return Lookup::NoTables;
}

}  // namespace thrace::unwind

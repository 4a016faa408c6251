// Asks the loader for a module and the module's program headers for what may be read.
//
// dl_iterate_phdr, which other unwinders use, takes the loader's lock; `_dl_find_object`
// (glibc 2.35) takes none and is safe in signal handlers.
#include "core/unwind/module.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

#include <cstddef>

#include "core/unwind/memory.h"

extern "C" {
extern decltype(_dl_find_object) _dl_find_object [[gnu::weak]];
}

namespace thrace::unwind {
namespace {

constexpr uint64_t kPage = 4096;

// What the loader knows about a module.
struct Loaded {
  uint64_t start;   // of its mapping
  uint64_t bias;    // what is added to the addresses of its file
  uint64_t header;  // .eh_frame_hdr, 0: none
};

uint64_t number(const void* address) { return reinterpret_cast<uint64_t>(address); }

// Not inlined: the loader's answer is large, and somebody else's stack may be small.
[[gnu::noinline]] bool ask_loader(uint64_t pc, Loaded& loaded) {
  dl_find_object found;
  if (!_dl_find_object || _dl_find_object(reinterpret_cast<void*>(pc), &found) != 0) return false;
  loaded = {.start = number(found.dlfo_map_start),
            .bias = found.dlfo_link_map->l_addr,
            .header = number(found.dlfo_eh_frame)};
  return true;
}

// Finds the readable segment around module.header among `count` program headers at `table`.
bool find_segment(const Memory& headers, uint64_t table, uint64_t count, uint64_t bias,
                  Module& module) {
  using Segment = ElfW(Phdr);
  for (uint64_t i = 0; i < count; i++) {
    const uint64_t segment = table + i * sizeof(Segment);
    uint32_t type, flags;
    uint64_t address, size;
    if (!headers.load(segment + offsetof(Segment, p_type), type) ||
        !headers.load(segment + offsetof(Segment, p_flags), flags) ||
        !headers.load(segment + offsetof(Segment, p_vaddr), address) ||
        !headers.load(segment + offsetof(Segment, p_filesz), size))
      return false;
    module.low = bias + address;
    module.high = module.low + size;
    if (type == PT_LOAD && (flags & PF_R) && module.header >= module.low &&
        module.header < module.high)
      return true;
  }
  return false;
}

}  // namespace

Lookup find_module(uint64_t pc, const Learners::Claim& claim, Module& module) {
  Loaded loaded;
  if (!ask_loader(pc, loaded)) return Lookup::NoModule;
  if (!loaded.header) return Lookup::NoTables;
  module.header = loaded.header;

  // The ELF header is at the start of the mapping, and a segment has a page at least.
  using Header = ElfW(Ehdr);
  const Memory page(loaded.start, loaded.start + kPage, *claim.slot, claim.mark);
  uint32_t magic;
  uint64_t table;
  uint16_t count;
  if (page.load(loaded.start, magic) && __builtin_bswap32(magic) == 0x7f454c46 &&  // "\x7fELF"
      page.load(loaded.start + offsetof(Header, e_phoff), table) &&
      page.load(loaded.start + offsetof(Header, e_phnum), count) &&
      find_segment(page, loaded.start + table, count, loaded.bias, module))
    return Lookup::Found;

  // Of a program with holes between its segments the loader names only the segment of pc.
  table = getauxval(AT_PHDR);
  const uint64_t bytes = getauxval(AT_PHNUM) * sizeof(ElfW(Phdr));
  return find_segment({table, table + bytes}, table, getauxval(AT_PHNUM), loaded.bias, module)
             ? Lookup::Found
             : Lookup::NoTables;
}

}  // namespace thrace::unwind

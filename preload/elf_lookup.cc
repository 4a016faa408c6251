// Walks the loader's list of objects and their hash tables (System V gABI; GNU hash; symbol
// versions of the Linux Standard Base).
#include "preload/elf_lookup.h"

#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

#include "preload/raw.h"

extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));
// Weak: its address is null until our object has been relocated.
extern "C" unsigned long getauxval(unsigned long) noexcept __attribute__((weak));

namespace thrace {
namespace {

bool same(const char* a, const char* b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

uint32_t gnu_hash(const char* name) {
  uint32_t hash = 5381;
  for (; *name; name++) hash = hash * 33 + static_cast<unsigned char>(*name);
  return hash;
}

// The tables of one object.
struct Object {
  Object(ElfW(Addr) base, const ElfW(Dyn) * dynamic);

  // The symbol's address; nullptr if the object does not define it in that version.  A version of
  // nullptr stands for the default one; an object without versions has every symbol in all.
  void* find(const char* name, uint32_t hash, const char* version) const;

 private:
  bool has_version(uint32_t symbol, const char* version) const;

  template <typename T>
  const T* table(ElfW(Addr) address) const {
    // The loader has added the base, but not where .dynamic cannot be written (vDSO).
    return reinterpret_cast<const T*>(address < base_ ? address + base_ : address);
  }

  ElfW(Addr) base_;
  const uint32_t* hash_ = nullptr;
  const ElfW(Sym) * symbols_ = nullptr;
  const char* strings_ = nullptr;
  const ElfW(Half) * versions_ = nullptr;
  const ElfW(Verdef) * definitions_ = nullptr;
};

Object::Object(ElfW(Addr) base, const ElfW(Dyn) * dynamic) : base_(base) {
  for (const ElfW(Dyn)* d = dynamic; d && d->d_tag != DT_NULL; d++) {
    if (d->d_tag == DT_GNU_HASH) hash_ = table<uint32_t>(d->d_un.d_ptr);
    if (d->d_tag == DT_SYMTAB) symbols_ = table<ElfW(Sym)>(d->d_un.d_ptr);
    if (d->d_tag == DT_STRTAB) strings_ = table<char>(d->d_un.d_ptr);
    if (d->d_tag == DT_VERSYM) versions_ = table<ElfW(Half)>(d->d_un.d_ptr);
    if (d->d_tag == DT_VERDEF) definitions_ = table<ElfW(Verdef)>(d->d_un.d_ptr);
  }
}

bool Object::has_version(uint32_t symbol, const char* version) const {
  if (!versions_) return true;
  const uint32_t index = versions_[symbol] & 0x7fff;
  if (!version) return !(versions_[symbol] & 0x8000);
  if (index <= VER_NDX_GLOBAL || !definitions_) return index == VER_NDX_GLOBAL;
  for (const ElfW(Verdef)* d = definitions_;;) {
    if ((d->vd_ndx & 0x7fff) == index) {
      const auto* name =
          reinterpret_cast<const ElfW(Verdaux)*>(reinterpret_cast<const char*>(d) + d->vd_aux);
      return same(strings_ + name->vda_name, version);
    }
    if (!d->vd_next) return false;
    d = reinterpret_cast<const ElfW(Verdef)*>(reinterpret_cast<const char*>(d) + d->vd_next);
  }
}

void* Object::find(const char* name, uint32_t hash, const char* version) const {
  if (!hash_ || !symbols_ || !strings_) return nullptr;
  const uint32_t nbuckets = hash_[0], first = hash_[1], nbloom = hash_[2], shift = hash_[3];
  const auto* bloom = reinterpret_cast<const uint64_t*>(hash_ + 4);
  const auto* buckets = reinterpret_cast<const uint32_t*>(bloom + nbloom);
  const uint32_t* chain = buckets + nbuckets;
  const uint64_t bits = uint64_t{1} << (hash & 63) | uint64_t{1} << (hash >> shift & 63);
  if (!nbuckets || (bloom[hash / 64 & (nbloom - 1)] & bits) != bits) return nullptr;

  for (uint32_t i = buckets[hash % nbuckets]; i >= first && i; i++) {
    const uint32_t there = chain[i - first];
    const ElfW(Sym)& symbol = symbols_[i];
    if ((there | 1) == (hash | 1) && symbol.st_shndx != SHN_UNDEF &&
        same(strings_ + symbol.st_name, name) && has_version(i, version)) {
      void* address = reinterpret_cast<void*>(base_ + symbol.st_value);
      if (ELF64_ST_TYPE(symbol.st_info) != STT_GNU_IFUNC) return address;
      return reinterpret_cast<void* (*)()>(address)();
    }
    if (there & 1) break;
  }
  return nullptr;
}

// A value of the auxiliary vector, also before our object has been relocated.
unsigned long auxiliary(unsigned long type) {
  if (getauxval) return getauxval(type);
  unsigned long pair[2] = {0, 0}, value = 0;
  const char path[] = "/proc/self/auxv";
  const long fd = raw_syscall(SYS_open, raw_address(path), 0);
  if (raw_failed(fd)) return 0;
  while (raw_syscall(SYS_read, fd, raw_address(pair), sizeof pair) == sizeof pair && pair[0])
    if (pair[0] == type) value = pair[1];
  raw_syscall(SYS_close, fd);
  return value;
}

// What a program's dynamic section says of the loader's list, once the loader has it.
const r_debug* debug_of(const ElfW(Dyn) * dynamic) {
  for (const auto* d = dynamic; d->d_tag != DT_NULL; d++)
    if (d->d_tag == DT_DEBUG) return reinterpret_cast<const r_debug*>(d->d_un.d_ptr);
  return nullptr;
}

const ElfW(Dyn) * dynamic_of(const ElfW(Ehdr) * header, ElfW(Addr) bias) {
  const auto* segments =
      reinterpret_cast<const ElfW(Phdr)*>(reinterpret_cast<ElfW(Addr)>(header) + header->e_phoff);
  for (unsigned i = 0; i < header->e_phnum; i++)
    if (segments[i].p_type == PT_DYNAMIC)
      return reinterpret_cast<const ElfW(Dyn)*>(bias + segments[i].p_vaddr);
  return nullptr;
}

// The loader's own list, through its exported _r_debug.  Started as `ld.so program`, the kernel
// knows of the loader alone, as the program; later the loader puts the program in its own place.
const r_debug* loader_debug() {
  auto header = reinterpret_cast<const ElfW(Ehdr)*>(auxiliary(AT_BASE));
  if (!header) header = reinterpret_cast<const ElfW(Ehdr)*>(auxiliary(AT_PHDR) & ~4095ul);
  if (!header) return nullptr;
  const auto start = reinterpret_cast<ElfW(Addr)>(header);
  const ElfW(Addr) bias = header->e_type == ET_EXEC ? 0 : start;
  const ElfW(Dyn)* dynamic = dynamic_of(header, bias);
  if (!dynamic) return nullptr;
  const void* own = Object(bias, dynamic).find("_r_debug", gnu_hash("_r_debug"), nullptr);
  return own ? static_cast<const r_debug*>(own) : debug_of(dynamic);
}

const link_map* our_map() {
  const r_debug* debug = loader_debug();
  const link_map* map = debug ? debug->r_map : nullptr;
  while (map && map->l_ld != _DYNAMIC) map = map->l_next;
  return map;
}

}  // namespace

const char* VersionList::next() {
  if (!*rest_) return nullptr;
  const char prefix[] = "GLIBC_";
  unsigned length = 0;
  for (; prefix[length]; length++) name_[length] = prefix[length];
  while (*rest_ && *rest_ != ',' && length < sizeof name_ - 1) name_[length++] = *rest_++;
  name_[length] = 0;
  if (*rest_ == ',') rest_++;
  return name_;
}

void* vdso_lookup(const char* symbol) {
  const auto* header = reinterpret_cast<const ElfW(Ehdr)*>(auxiliary(AT_SYSINFO_EHDR));
  if (!header) return nullptr;
  const auto start = reinterpret_cast<ElfW(Addr)>(header);
  const ElfW(Dyn)* dynamic = dynamic_of(header, start);  // its addresses begin at 0
  return dynamic ? Object(start, dynamic).find(symbol, gnu_hash(symbol), nullptr) : nullptr;
}

void* elf_lookup(RealName name) {
  const link_map* ours = our_map();
  if (!ours) return nullptr;
  const uint32_t hash = gnu_hash(name.symbol);
  VersionList versions(name.versions);
  for (;;) {
    const char* version = versions.next();
    for (const link_map* map = ours->l_next; map; map = map->l_next)
      if (void* found = Object(map->l_addr, map->l_ld).find(name.symbol, hash, version))
        return found;
    if (!version) return nullptr;
  }
}

}  // namespace thrace

// Reading symbol tables, and the precedence among symbols.
#include "decoder/symbols/symbol_table.h"

#include <gelf.h>

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "decoder/symbols/string_pool.h"

namespace thrace {
namespace {

// Of two names of one thing, the one that is the better alias has the higher rank.
uint8_t rank_of(unsigned char binding) {
  switch (binding) {
    case STB_GLOBAL:
    case STB_GNU_UNIQUE:
      return 2;
    case STB_WEAK:
      return 1;
    default:
      return 0;
  }
}

// Marks of assemblers ("$x", ".L1", "..@5.loop") name no function.
bool is_mark(std::string_view name) {
  return name.empty() || name[0] == '$' || name.starts_with(".L") || name.starts_with("..@");
}

ptrdiff_t underscores(std::string_view name) {
  const size_t count = name.find_first_not_of('_');
  return static_cast<ptrdiff_t>(count == std::string_view::npos ? name.size() : count);
}

Elf_Scn* table_of(Elf* elf, uint32_t type, GElf_Shdr& header) {
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf, section)) != nullptr)
    if (gelf_getshdr(section, &header) && header.sh_type == type) return section;
  return nullptr;
}

}  // namespace

bool SymbolTable::add(Elf* elf, bool dynamic) {
  GElf_Shdr table;
  Elf_Scn* section = table_of(elf, dynamic ? SHT_DYNSYM : SHT_SYMTAB, table);
  Elf_Data* data = section ? elf_getdata(section, nullptr) : nullptr;
  if (!data || !data->d_buf) return false;
  const size_t entry_size = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT);
  const size_t count = entry_size ? data->d_size / entry_size : 0;
  for (size_t i = 1; i < count; i++) {
    GElf_Sym symbol;
    if (!gelf_getsym(data, static_cast<int>(i), &symbol)) break;
    const unsigned char type = GELF_ST_TYPE(symbol.st_info);
    if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_OBJECT && type != STT_NOTYPE)
      continue;
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= SHN_LORESERVE) continue;
    GElf_Shdr home;
    if (!gelf_getshdr(elf_getscn(elf, symbol.st_shndx), &home) || !(home.sh_flags & SHF_ALLOC) ||
        (home.sh_flags & SHF_TLS))
      continue;
    const bool is_code = (home.sh_flags & SHF_EXECINSTR) != 0;
    const bool sized = symbol.st_size != 0;
    if (!sized && (!is_code || dynamic || type == STT_OBJECT)) continue;
    std::string_view name = bounded(elf_strptr(elf, table.sh_link, symbol.st_name));
    if (is_mark(name)) continue;
    name = name.substr(0, name.find('@', 1));
    entries_.push_back({{name, symbol.st_value, symbol.st_size},
                        home.sh_addr + home.sh_size,
                        symbol.st_shndx,
                        rank_of(GELF_ST_BIND(symbol.st_info)),
                        is_code,
                        sized});
  }
  return true;
}

// A symbol without a size reaches to the next one of its section, or to the section's end.
void SymbolTable::bound_unsized() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.section, a.symbol.address) < std::tie(b.section, b.symbol.address);
  });
  uint64_t next = 0;
  for (size_t i = entries_.size(); i-- > 0;) {
    Entry& entry = entries_[i];
    if (i + 1 == entries_.size() || entries_[i + 1].section != entry.section)
      next = entry.section_end;
    else if (entries_[i + 1].symbol.address != entry.symbol.address)
      next = entries_[i + 1].symbol.address;
    if (!entry.sized && next > entry.symbol.address)
      entry.symbol.size = next - entry.symbol.address;
  }
}

void SymbolTable::finish() {
  bound_unsized();
  // In ascending precedence: those with a size of their own, those that begin later, better names.
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    const auto key = [](const Entry& e) {
      return std::make_tuple(e.sized, e.symbol.address, e.binding_rank,
                             -underscores(e.symbol.name));
    };
    const auto ka = key(a), kb = key(b);
    if (ka != kb) return ka < kb;
    return a.symbol.name > b.symbol.name;
  });
  functions_ = map_of(true);
  objects_ = map_of(false);
}

RangeMap SymbolTable::map_of(bool code) const {
  std::vector<RangeMap::Range> ranges;
  for (uint32_t i = 0; i < entries_.size(); i++) {
    const Symbol& symbol = entries_[i].symbol;
    if (entries_[i].is_code == code)
      ranges.push_back({symbol.address, symbol.address + symbol.size, i});
  }
  return RangeMap(ranges);
}

}  // namespace thrace

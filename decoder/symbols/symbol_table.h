// The ELF symbol tables of one file: which function or variable covers an address.
#pragma once

#include <libelf.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "decoder/symbols/range_map.h"

namespace thrace {

struct Symbol {
  std::string_view name;  // without a version; lives as long as the file
  uint64_t address = 0;
  uint64_t size = 0;
};

class SymbolTable {
 public:
  // Adds the symbols of .symtab, or of .dynsym, if the file has that table.  False if it has not.
  bool add(Elf* elf, bool dynamic);

  // Makes what was added ready for searches.
  void finish();

  // The symbol that covers an address with its size; a symbol of code without a size, as assembly
  // has them, reaches to the next one of its section, if the table is a full one.  Of several the
  // innermost; of aliases the global one, with the fewest underscores in front.  nullptr: none.
  const Symbol* function(uint64_t address) const { return find(functions_, address); }
  const Symbol* object(uint64_t address) const { return find(objects_, address); }

 private:
  struct Entry {
    Symbol symbol;
    uint64_t section_end;
    uint32_t section;
    uint8_t binding_rank;
    bool is_code;
    bool sized;
  };

  void bound_unsized();
  RangeMap map_of(bool code) const;
  const Symbol* find(const RangeMap& map, uint64_t address) const {
    const uint32_t index = map.find(address);
    return index == RangeMap::kNone ? nullptr : &entries_[index].symbol;
  }

  std::vector<Entry> entries_;
  RangeMap functions_;
  RangeMap objects_;
};

}  // namespace thrace

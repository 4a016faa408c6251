// The rules that this process has learnt, by address: one table for all threads, of fixed size and
// in zeroed pages, so that what is not used costs no memory.
//
// Rules
//   R1  An entry is one 64-bit word, so no reader sees half of one.
//         bits 0-23 Rule   bits 24-31 epoch   bits 32-63 tag
//   R2  A page of code (4 KiB) has its rules in one page of the table, 64 bytes of code in one line
//       of it: a program's few hot pages of code cost as many pages of memory.
//   R3  Line and tag together are the 47 bits of the address, rearranged: a match is the address.
//   R4  An entry holds in its epoch only.  To forget is to begin the next epoch (a module was
//       unloaded).  A rule is stamped with the epoch that began before its tables were read, so
//       none learnt from a module that is gone can hold later.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/unwind/rule.h"

namespace thrace::unwind {

class RuleTable {
 public:
  // The rule for the code at `address`; Rule::Unknown if it has not been learnt.
  [[gnu::always_inline]] Rule find(uint64_t address) const {
    const Key key = key_of(address);
    const uint64_t wanted = key.tag << 8 | epoch();
    for (uint32_t i = 0; i < kWays; i++) {
      const uint64_t entry =
          lines_[key.line][(key.home + i) % kWays].load(std::memory_order_relaxed);
      if (entry >> Rule::kBits == wanted) [[likely]]
        return Rule::of_bits(entry & ((1u << Rule::kBits) - 1));
    }
    return {};
  }

  // Remembers a rule, in the place of another if its line is full; `epoch`: R4.
  void add(uint64_t address, Rule rule, uint8_t epoch);

  uint8_t epoch() const { return static_cast<uint8_t>(epoch_.load(std::memory_order_acquire)); }

  // R4.  Only while nobody learns (core/unwind/learners.h).
  void forget();

 private:
  static constexpr uint32_t kWays = 8;
  static constexpr uint32_t kLines = 1u << 15;  // 2 MiB

  struct Key {
    uint32_t line, home;
    uint64_t tag;
  };

  // Pages of code that follow each other take pages of the table that do, from a place that depends
  // on all higher bits.
  static constexpr Key key_of(uint64_t address) {
    constexpr uint32_t kPageBits = 9;     // of the table: 512 pages of 64 lines
    uint64_t page = address << 17 >> 29;  // bits 12-46
    page ^= page >> kPageBits;            // can be undone (R3)
    page ^= page >> 2 * kPageBits;
    return {.line = static_cast<uint32_t>((page & 511) << 6 | (address >> 6 & 63)),
            .home = static_cast<uint32_t>(address >> 3 & 7),
            .tag = (page >> kPageBits) << 6 | (address & 63)};
  }

  using Word = std::atomic<uint64_t>;
  std::atomic<uint32_t> epoch_;
  std::atomic<uint32_t> victim_;  // which way of a full line is overwritten next
  alignas(4096) Word lines_[kLines][kWays];
};

// The rules of this process.
[[gnu::visibility("hidden")]] extern constinit RuleTable g_rules;

}  // namespace thrace::unwind

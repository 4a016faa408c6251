// The rules that this process has learnt, by address: one table for all threads, of fixed size and
// in zeroed pages, so that what is not used costs no memory.
//
// Rules
//   R1  An entry is one 64-bit word, so no reader sees half of one: tag, epoch, number of the rule.
//   R2  A page of code (4 KiB) has its rules in one page of the table, 64 bytes of code in one line
//   of
//       it: a program's few hot pages of code cost as many pages of memory.
//   R3  Line and tag together are the 47 bits of the address, rearranged: a match is the address.
//   R4  An entry holds in its epoch only.  Forgetting is to begin the next epoch (a module was
//       unloaded); a rule is stamped with the epoch that began before its tables were read, so none
//       learnt from a module that is gone can hold later.
//   R5  A rule is written once, before the first entry that has its number, and never changes.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>

#include "core/unwind/rule.h"

namespace thrace::unwind {

class RuleTable {
 public:
  // The rule for `address`; Cfa::Unknown if it has not been learnt.
  [[gnu::always_inline]] Rule find(uint64_t address) const {
    const Key key = key_of(address);
    const uint64_t wanted = key.tag << 16 | epoch_.load(std::memory_order_acquire);
    for (uint32_t i = 0; i < kWays; i++) {
      const uint64_t entry = line(key)[(key.home + i) % kWays].load(std::memory_order_acquire);
      if (entry >> 16 == wanted && (entry & 0xffff)) [[likely]]
        return std::bit_cast<Rule>(rules_[entry & 0xffff].load(std::memory_order_relaxed));
    }
    return {};
  }

  // Remembers a rule, in the place of an older one if its line is full; `epoch`: R4.  Does nothing
  // once there are kRules different rules.
  void add(uint64_t address, Rule rule, uint16_t epoch);

  uint16_t epoch() const { return epoch_.load(std::memory_order_acquire); }

  // R4.  Only while nobody learns (core/unwind/learners.h).
  void forget();

  static constexpr uint32_t kRules = 1u << 13;  // Debian's libraries together have about 4000

 private:
  static constexpr uint32_t kWays = 8, kProbes = 32;
  static constexpr uint32_t kLines = 1u << 15;
  static constexpr uint32_t kPageBits = 12, kHighBits = 35, kTablePageBits = 9;

  using Word = std::atomic<uint64_t>;
  struct Key {
    uint32_t line, home;
    uint64_t tag;  // 32 bits
  };

  static constexpr Key key_of(uint64_t address) {
    constexpr uint64_t kMask = (uint64_t{1} << kHighBits) - 1;
    // Odd, so the product can be undone (R3); its upper bits depend on all of the page's number.
    const uint64_t page = (address >> kPageBits & kMask) * 0x9E3779B97F4A7C15u & kMask;
    constexpr uint32_t kTagOfPage = kHighBits - kTablePageBits;
    return {.line = static_cast<uint32_t>(page >> kTagOfPage << 6 | (address >> 6 & 63)),
            .home = static_cast<uint32_t>(address >> 3 & 7),
            .tag = (page & ((uint64_t{1} << kTagOfPage) - 1)) << 6 | (address & 63)};
  }
  const Word* line(const Key& key) const { return entries_[key.line]; }

  uint32_t number_of(Rule rule);

  std::atomic<uint32_t> epoch_;   // 16 bits
  std::atomic<uint32_t> victim_;  // which way of a full line is overwritten next
  Word rules_[kRules];            // 0 is never a rule's number
  alignas(64) Word entries_[kLines][kWays];
};

// The rules of this process.
[[gnu::visibility("hidden")]] extern constinit RuleTable g_rules;

}  // namespace thrace::unwind

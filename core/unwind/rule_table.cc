// Adding and forgetting rules.
#include "core/unwind/rule_table.h"

namespace thrace::unwind {

constinit RuleTable g_rules;

// Open addressing; a place is claimed by writing the rule into it.
uint32_t RuleTable::number_of(Rule rule) {
  const auto word = std::bit_cast<uint64_t>(rule);
  auto place = static_cast<uint32_t>(word * 0x9E3779B97F4A7C15u >> 51);
  static_assert(kRules == 1u << (64 - 51));
  for (uint32_t probe = 0; probe < kProbes; probe++, place = (place + 1) % kRules) {
    if (place == 0) continue;
    uint64_t found = rules_[place].load(std::memory_order_relaxed);
    if (!found && rules_[place].compare_exchange_strong(found, word, std::memory_order_relaxed))
      return place;
    if (found == word) return place;
  }
  return 0;
}

void RuleTable::add(uint64_t address, Rule rule, uint16_t epoch) {
  const uint32_t number = number_of(rule);
  if (!number) return;
  const Key key = key_of(address);
  const uint64_t entry = key.tag << 32 | uint64_t{epoch} << 16 | number;
  const uint16_t now = this->epoch();
  Word* chosen = nullptr;
  for (uint32_t i = 0; i < kWays; i++) {
    Word& word = entries_[key.line][(key.home + i) % kWays];
    const uint64_t old = word.load(std::memory_order_relaxed);
    if (old >> 32 == key.tag) {
      chosen = &word;
      break;
    }
    const bool dead = !old || (old >> 16 & 0xffff) != now;
    if (dead && !chosen) chosen = &word;
  }
  if (!chosen)
    chosen = &entries_[key.line][victim_.fetch_add(1, std::memory_order_relaxed) % kWays];
  chosen->store(entry, std::memory_order_release);
}

void RuleTable::forget() {
  const uint32_t next = epoch_.load(std::memory_order_relaxed) + 1;
  if (next > UINT16_MAX)  // what 65,536 epochs ago was learnt would hold again
    for (auto& line : entries_)
      for (Word& word : line) word.store(0, std::memory_order_relaxed);
  epoch_.store(next & UINT16_MAX, std::memory_order_release);
}

}  // namespace thrace::unwind

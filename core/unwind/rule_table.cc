// Adding and forgetting rules.
#include "core/unwind/rule_table.h"

namespace thrace::unwind {

constinit RuleTable g_rules;

void RuleTable::add(uint64_t address, Rule rule, uint8_t epoch) {
  const Key key = key_of(address);
  const uint8_t now = this->epoch();
  Word* chosen = nullptr;
  for (uint32_t i = 0; i < kWays && !chosen; i++) {
    Word& word = lines_[key.line][(key.home + i) % kWays];
    const uint64_t old = word.load(std::memory_order_relaxed);
    const bool empty = !old || static_cast<uint8_t>(old >> Rule::kBits) != now;
    if (empty || old >> 32 == key.tag) chosen = &word;
  }
  if (!chosen) chosen = &lines_[key.line][victim_.fetch_add(1, std::memory_order_relaxed) % kWays];
  chosen->store(key.tag << 32 | uint64_t{epoch} << Rule::kBits | rule.bits(),
                std::memory_order_relaxed);
}

void RuleTable::forget() {
  const uint32_t next = epoch_.load(std::memory_order_relaxed) + 1;
  if (next > UINT8_MAX)  // what was learnt 256 epochs ago would hold again
    for (auto& line : lines_)
      for (Word& word : line)
        if (word.load(std::memory_order_relaxed)) word.store(0, std::memory_order_relaxed);
  epoch_.store(next & UINT8_MAX, std::memory_order_release);
}

}  // namespace thrace::unwind

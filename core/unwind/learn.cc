// From a claim to a remembered rule.
#include "core/unwind/learn.h"

#include "core/unwind/cfi.h"
#include "core/unwind/learners.h"
#include "core/unwind/module.h"
#include "core/unwind/rule_table.h"

namespace thrace::unwind {

Rule learn(uint64_t pc) {
  const uint8_t epoch = g_rules.epoch();  // before anything is read (R4)
  const Learners::Claim claim = g_learners.enter();
  if (!claim.slot) return {};
  Rule rule(Rule::None);
  Module module;
  const Lookup lookup = find_module(pc, claim, module);
  const Memory memory(module.low, module.high, *claim.slot, claim.mark);
  if (lookup == Lookup::Found) {
    bool last;
    rule = rule_for(memory, module.header, pc, last);
    if (last) rule = rule.as_last();
  }
  if (!memory.claimed())
    rule = {};
  else if (lookup != Lookup::NoModule)  // a module may be loaded there without an unload before
    g_rules.add(pc, rule, epoch);
  g_learners.leave(claim);
  return rule;
}

}  // namespace thrace::unwind

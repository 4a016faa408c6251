// Where the frames of a stack lie, for formats that have addresses beside the names.
#pragma once

#include <algorithm>

#include "decoder/stacks/stack_table.h"
#include "decoder/symbols/frame.h"

namespace thrace {

// The address to look up: the call, not what comes after it.
inline uint64_t call_address(const Frame& frame) { return frame.address - 1; }

// The module of a named frame of a stack.
inline ModuleIndex module_of(const StackView& stack, const Frame& frame) {
  const auto at = std::find_if(stack.frames.begin(), stack.frames.end(),
                               [&](const StackFrame& f) { return f.address == frame.address; });
  return at == stack.frames.end() ? kNoModule : at->module;
}

}  // namespace thrace

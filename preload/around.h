// What the wrappers of more than one file put around a real call.
#pragma once

#include "core/tracer/call.h"
#include "core/tracer/task.h"

namespace thrace {

// Around an exec: `make` returns only if the image was not replaced.  vfork's child speaks for
// itself, not for the process whose memory it uses.
template <typename Make>
auto replacing(Make make) {
  const bool told = recording() && !t_local.muted;
  if (told) exec_begin();
  const auto result = make();
  if (told) exec_failed();
  return result;
}

// Around what gives up the CPU without waiting for anything.
template <typename Make>
auto yielding(Make make) {
  Yield yield;
  yield.begin();
  const auto result = make();
  yield.end();
  return result;
}

}  // namespace thrace

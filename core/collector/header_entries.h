// The header of a trace file: what is known of a process image and of the machine.
#pragma once

#include "core/arena/layout.h"
#include "core/format/file.h"

namespace thrace::collector {

// The text in a fixed field, which may lack its final NUL.
template <size_t N>
std::string field_text(const char (&field)[N]) {
  size_t size = 0;
  while (size < N && field[size]) size++;
  return std::string(field, size);
}

FileHeader describe(const ArenaHeader& arena, const Process& process);

}  // namespace thrace::collector

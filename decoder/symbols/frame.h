// A frame: one function, as the source has it, that was active at an address.
#pragma once

#include <cstdint>
#include <string_view>

namespace thrace {

// The texts belong to the Symbolizer that made the frame.  They come from files that anybody may
// have written: whoever prints them escapes them.
struct Frame {
  std::string_view function;  // never empty: "module+0x12ab" or "0x7f..." where no name is known
  std::string_view file;      // path as the compiler had it; empty: not known
  std::string_view module;    // path of the module; empty: code that belongs to no file
  uint32_t line = 0;          // where this function was: in all but the first frame of an address
                              // the line of the call that was inlined; 0: not known
  bool inlined = false;       // its code is part of the next frame's function
  bool known = false;         // false: `function` is an address
  uint64_t address = 0;       // as recorded, in a stack of a trace (decoder/stacks/names.h)
};

}  // namespace thrace

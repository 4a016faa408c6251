// How stacks, routines and objects are called in reports.
//
// The texts come from files that anybody may have written: whoever prints them escapes them.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decoder/stacks/stack_table.h"
#include "decoder/symbols/symbolizer.h"

namespace thrace {

// What the user may choose about names.
struct NameOptions {
  SymbolOptions symbols;
  bool addresses = false;   // no names: addresses as they were recorded
  bool all_frames = false;  // those of thrace, libc and thread starts too
};

class Names {
 public:
  // `stacks` must live as long as this object, and may grow.
  Names(const StackTable& stacks, const NameOptions& options);

  // Looks up all stacks at once, with several threads: for whoever will ask for many.
  void prefetch();

  // The frames that a reader wants to see, the innermost first, with the calls that were inlined.
  // A frame whose address is a gap is "[...]", whatever was left out there.  Valid until the next
  // call.
  std::span<const Frame> frames(StackId stack);

  // The innermost frame that is the program's own and not glue of its language's library, whether
  // or not all frames are wanted: "function (file.c:12)", without the folders of the file; empty if
  // there is no stack, or none but thrace's.
  const std::string& site(StackId stack);

  // The frames as lines, each after `indent`: with the whole path, how many frames a gap has, and
  // at last why the stack ends if it does not reach the bottom.  Escaped.
  std::string lines(StackId stack, std::string_view indent);

  // The function that begins at an address, or the address as text; empty for 0.
  std::string routine(ModuleIndex module, uint64_t address);

  // The variable at an address, or what the program calls the object there; empty if it lies in
  // nothing that is known (StackTable::place), or if no names are wanted.
  std::string variable(ModuleIndex module, uint64_t address);

  // Sentences on files that could not be used and stacks that had no room, so far.
  SymbolNotes notes() const;

 private:
  std::vector<Frame> all_frames(StackId stack);
  const std::vector<Frame>& symbols(ModuleIndex module, uint64_t address, bool is_return_address);

  const StackTable& stacks_;
  const NameOptions options_;
  Symbolizer symbolizer_;
  size_t processes_ = 0;  // so many of the run's the symbolizer knows
  StringPool texts_;
  std::vector<Frame> shown_;
  std::vector<std::string> sites_;  // by id
  std::vector<bool> has_site_;
};

// "function (file.c:12)", or what of it is known.
std::string frame_text(const Frame& frame, bool whole_path);

}  // namespace thrace

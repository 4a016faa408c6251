// Parsing of the options on names.
#include "decoder/verbs/name_options.h"

#include <fmt/core.h>

#include "decoder/text/escape.h"

namespace thrace {
namespace {

constexpr size_t kShownNotes = 5;

}  // namespace

void add_name_options(CLI::App& verb, NameOptions& options) {
  const char* group = "Names";
  verb.add_flag("--raw-names", options.symbols.raw_names, "as the linker sees them, not demangled")
      ->group(group);
  verb.add_flag("--no-inline", options.symbols.no_inline, "leave out calls that were inlined")
      ->group(group);
  verb.add_flag("--no-symbols", options.addresses, "addresses instead of names")->group(group);
  verb.add_option("--symbols", options.symbols.directories,
                  "look for debug files and programs in this folder too")
      ->type_name("DIR")
      ->allow_extra_args(false)
      ->group(group);
  verb.add_flag("--all-frames", options.all_frames,
                "show the frames of thrace, libc and thread starts too")
      ->group(group);
}

void print_notes(const SymbolNotes& notes) {
  for (size_t i = 0; i < notes.size() && i < kShownNotes; i++)
    fmt::print(stderr, "trace-decode: {}\n", printable(notes[i]));
  if (notes.size() > kShownNotes)
    fmt::print(stderr, "trace-decode: {} more files without names\n", notes.size() - kShownNotes);
}

}  // namespace thrace

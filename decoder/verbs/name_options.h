// The options of all verbs that print names.
#pragma once

#include "decoder/stacks/names.h"
#include "decoder/verbs/verb.h"

namespace thrace {

// Adds --raw-names, --no-inline, --no-symbols, --symbols and --all-frames to a verb.
void add_name_options(CLI::App& verb, NameOptions& options);

// Says on standard error which files could not be used for names.
void print_notes(const SymbolNotes& notes);

}  // namespace thrace

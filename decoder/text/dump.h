// The text twin of a trace: every header line, batch and event of a file, in the order of the file.
// assemble() makes the same trace of it again.
#pragma once

#include <cstdio>
#include <string>

#include "core/format/file.h"
#include "decoder/input/generation.h"

namespace thrace {

// Prints a header as the first lines of a twin.
void dump_header(const FileHeader& header, std::FILE* out);

// Prints a generation: its batches in file order, ticks relative as in the file.
void dump_generation(const Generation& generation, std::FILE* out);

// Prints the line that says that the file was closed.
void dump_index(std::FILE* out);

// A comment that says what the ids of Strings stand for; empty if an event has none.
std::string string_comment(const Generation& generation, const EventView& event);

}  // namespace thrace

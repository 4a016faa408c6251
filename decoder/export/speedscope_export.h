// The export to speedscope: the folded stacks of a run as profiles that speedscope.app shows as
// flame graphs, one of all threads and one of each thread.
//
// Format: speedscope's file format, https://www.speedscope.app/file-format-schema.json.  A profile
// is "sampled": each distinct stack is one sample, and its weight is its number.
#pragma once

#include <cstdio>
#include <string>

#include "decoder/report/folded.h"

namespace thrace {

// `unit`: "nanoseconds", or "none" for plain numbers; `title`: of the file.  False, with errno, if
// `out` cannot be written.
bool write_speedscope(const Folded& folded, const Analysis& analysis, Names& names,
                      const std::string& title, const char* unit, std::FILE* out);

}  // namespace thrace

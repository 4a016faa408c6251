// Blame: which line made which line wait.
#pragma once

#include "decoder/report/analysis.h"
#include "decoder/report/table.h"
#include "decoder/stacks/names.h"

namespace thrace {

// The waits for objects of one kind at one site, ended by a release at another.
struct BlameRow {
  std::string kind;
  std::string site;     // empty: not known
  std::string release;  // empty: not known, or nobody released
  uint64_t objects = 0;
  Cost cost;  // marked: futile
};

// The waits that ended, by site and releasing site, the longest sum first.
std::vector<BlameRow> blame(const Analysis& analysis, Names& names);

Table blame_table(const std::vector<BlameRow>& rows);

}  // namespace thrace

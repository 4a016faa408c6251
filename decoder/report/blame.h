// Blame: which line made which line wait.
#pragma once

#include "decoder/report/analysis.h"
#include "decoder/report/table.h"
#include "decoder/stacks/names.h"

namespace thrace {

// The waits for objects of one kind at one site, ended by a release at another.
//
// The time that threads waited for a lock is split at its releases: each is charged with the time
// that others waited while it was about to come (queue.h).  Waiting for something that happens, as
// a signal, is charged whole to what ended it.
struct BlameRow {
  std::string kind;
  std::string site;     // empty: not known
  std::string release;  // empty: not known, or nobody released
  uint64_t objects = 0;
  uint64_t delay = 0;  // ns
  Cost waits;          // that a release at that site ended, whole; marked: futile
};

// By site and releasing site, the longest delay first.  One row of the kind "(other)" is what had
// no room (costs.h).
std::vector<BlameRow> blame(const Analysis& analysis, Names& names);

Table blame_table(const std::vector<BlameRow>& rows);

}  // namespace thrace

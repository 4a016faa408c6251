// How tracks and slices are called in drawings: harmless texts (safe_text.h).
#pragma once

#include <string>

#include "decoder/export/timeline.h"
#include "decoder/stacks/names.h"

namespace thrace {

// The thread's name, else its start routine, else "thread".
std::string track_text(const Track& track, Names& names);

// The variable that is waited for, else its address.
std::string object_text(const Slice& slice, Names& names);

// "running", "mutex path_locks+0x28", "nanosleep", "3 events lost".
std::string slice_text(const Slice& slice, Names& names);

// True if a wait was for a mutex, rwlock or spin lock.
bool is_lock_wait(uint64_t reason);

// "worker/1234".
std::string track_title(const Track& track, Names& names);

// "unlock", "signal", ...
std::string_view wake_text(const WakeEdge& edge);

}  // namespace thrace

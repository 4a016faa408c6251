// How threads and objects are called in reports.
#pragma once

#include "decoder/report/analysis.h"
#include "decoder/stacks/names.h"

namespace thrace {

// "worker/1234", or "tid 1234"; "worker-*" where threads are grouped.
std::string thread_title(const ThreadRow& row);

// The title of the thread that has a tid in the process of an object; "tid 1234" if there is none.
std::string tid_title(const Analysis& analysis, const std::string& pid, uint64_t tid);

// How an object is called: its variable; the thread that it stands for; else its address and where
// it was first waited for.
std::string object_title(const Analysis& analysis, const ObjectRow& object, Names& names);

// "worker/12 (90 %), main/10 (10 %)": the biggest shares in the waiting for an object, of those who
// ended it (`wakers`) or held it then.  Threads of one group are one.
std::string wakers_text(const Analysis& analysis, const ObjectRow& object);
std::string holders_text(const Analysis& analysis, const ObjectRow& object);

}  // namespace thrace

// How threads and objects are called in reports.
#pragma once

#include "decoder/report/analysis.h"
#include "decoder/stacks/names.h"

namespace thrace {

// "worker/1234", or "tid 1234"; "worker-*" where threads are grouped.
std::string thread_title(const ThreadRow& row);

// The same, but its own where threads are grouped.
std::string own_title(const ThreadRow& row);

// The title of the thread that has a tid in the process of an object, or, where an object is
// shared, in the one other process that has it; "tid 1234" if there is none.
std::string tid_title(const Analysis& analysis, uint32_t process, uint64_t tid);

// How an object is called: its variable; the thread that it stands for; else its address and where
// it was first waited for.
std::string object_title(const Analysis& analysis, const ObjectRow& object, Names& names);

// The shares of threads with one title, as those of a group have, together; the biggest first.
struct TitledShare {
  std::string title;
  uint64_t count = 0;
  uint64_t time = 0;
};
std::vector<TitledShare> waker_shares(const Analysis& analysis, const ObjectRow& object);
std::vector<TitledShare> last_shares(const Analysis& analysis, const ObjectRow& object);

// "worker/12 (90 %), main/10 (10 %)": the biggest shares in the waiting for an object, of those who
// ended it (`wakers`) or held it then.  Threads of one group are one.
std::string wakers_text(const Analysis& analysis, const ObjectRow& object);
std::string holders_text(const Analysis& analysis, const ObjectRow& object);

}  // namespace thrace

// Which threads the filter picks, whatever they are called in turn.
//
// A thread is picked by its tid or by any name of it, the kernel's or the program's (GoLabel): from
// the moment when that name is known, and for good.  So what is told of it has no holes, and a
// report on whole threads has those of which anything else is told.
#pragma once

#include "decoder/input/generation.h"
#include "decoder/order/id_map.h"
#include "decoder/report/filter.h"

namespace thrace {

class ThreadNames {
 public:
  // `picker` must live as long as this object.  For one trace.
  explicit ThreadNames(const Picker& picker)
      : picker_(picker), all_(picker.filter().thread.empty()) {}

  // Follows the merged stream: the start of each generation, and each event.
  void begin(const Generation& generation) {
    if (all_) return;
    generation.each_thread([&](uint64_t m, const ThreadName& name) {
      if (picker_.thread(name.name, name.tid)) threads_[m] = true;
    });
  }
  void event(const Generation& generation, const EventView& event) {
    if (all_ || event.type != Event::GoLabel) return;
    if (picker_.thread(generation.string(event.args[1]), kNoTid)) labelled_[event.args[0]] = true;
  }

  // True if the thread M, which runs G, is picked.
  bool picks(uint64_t m, uint64_t g) const {
    return all_ || threads_.find(m) != nullptr || labelled_.find(g) != nullptr;
  }

 private:
  static constexpr uint64_t kNoTid = ~0ull;

  const Picker& picker_;
  const bool all_;
  IdMap<bool> threads_;   // by M: picked by what the kernel calls it
  IdMap<bool> labelled_;  // by G: by what the program does
};

}  // namespace thrace

// Reading a whole trace.
#include "decoder/order/trace.h"

#include <algorithm>

#include "decoder/input/stage.h"

namespace thrace {

Trace::Trace(Source source)
    : name_(source.name),
      reader_(std::move(source.input), source.name, problems_),
      merge_(source.name, problems_) {}

bool Trace::open() { return reader_.open(); }

void Trace::run(EventSink& sink) {
  Generation generation;
  const auto next = [&] {
    const StageTimer timer(Stage::Read);
    return reader_.next(generation);
  };
  while (next()) {
    const StageTimer timer(Stage::Order);
    if (generations_++ == 0) {
      first_generation_ = generation.number;
      clock_ = generation.clock;
      last_time_ = clock_.ticks;
    }
    expanded_ += generation.data.size();
    end_ = generation.end;
    unseen_threads_ = std::max(unseen_threads_, generation.unseen_threads);
    unseen_processes_ = std::max(unseen_processes_, generation.unseen_processes);
    merge_.run(generation, sink);
    last_time_ = std::max({last_time_, merge_.time(), generation.clock.ticks, generation.end_time});
  }
  merge_.finish();
  count_events(merge_.events());
}

bool only_cut(const Problems& problems) {
  return std::all_of(problems.begin(), problems.end(), [](const Problem& p) { return p.cut; });
}

}  // namespace thrace

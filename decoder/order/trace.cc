// Reading a whole trace.
#include "decoder/order/trace.h"

#include <algorithm>
#include <limits>

#include "decoder/input/stage.h"

namespace thrace {

Trace::Trace(Source source)
    : name_(source.name),
      reader_(std::move(source.input), source.name, problems_),
      merge_(source.name, problems_) {}

bool Trace::open() { return reader_.open(); }

void Trace::run(EventSink& sink) {
  const StageTimer timer(Stage::Order);
  start(sink);
  while (!over_) run_until(std::numeric_limits<uint64_t>::max());
}

void Trace::start(EventSink& sink) {
  sink_ = &sink;
  read_generation();
}

void Trace::run_until(uint64_t until) {
  if (merge_.run_until(until)) return;
  end_generation();
  read_generation();
}

void Trace::read_generation() {
  bool found = false;
  {
    const StageTimer timer(Stage::Read);
    found = reader_.next(generation_);
  }
  if (!found) {
    over_ = true;
    generation_ = Generation();
    merge_.finish();
    count_events(merge_.events());
    return;
  }
  if (generations_++ == 0) {
    first_generation_ = generation_.number;
    clock_ = generation_.clock;
    last_time_ = clock_.ticks;
  }
  expanded_ += generation_.data.size();
  end_ = generation_.end;
  unseen_threads_ = std::max(unseen_threads_, generation_.unseen_threads);
  unseen_processes_ = std::max(unseen_processes_, generation_.unseen_processes);
  merge_.begin(generation_, *sink_);
}

void Trace::end_generation() {
  merge_.end();
  last_time_ = std::max({last_time_, merge_.time(), generation_.clock.ticks, generation_.end_time});
}

bool only_cut(const Problems& problems) {
  return std::all_of(problems.begin(), problems.end(), [](const Problem& p) { return p.cut; });
}

}  // namespace thrace

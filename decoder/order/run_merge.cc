// Merging whole traces: whichever has the earliest event goes on until another one has.
#include "decoder/order/run_merge.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <utility>

#include "decoder/input/run_order.h"
#include "decoder/input/stage.h"

namespace thrace {
namespace {

// How long before it could have events a trace is opened: the header tells when the collector was
// told of the process, and its first event is a bit later.
constexpr int64_t kAhead = kNanosPerSecond / 10;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

// A trace under way.  Times are ns of CLOCK_MONOTONIC, which all traces of a run have in common.
struct OpenTrace {
  std::unique_ptr<Trace> trace;
  std::unique_ptr<EventSink> sink;
  int64_t next = 0;  // when its next event is

  int64_t time(uint64_t ticks) const {
    const Clock& clock = trace->clock();
    return clock.since(static_cast<int64_t>(clock.mono), ticks);
  }
  uint64_t ticks(int64_t time) const {
    const Clock& clock = trace->clock();
    if (time == kNever) return std::numeric_limits<uint64_t>::max();
    return clock.at(static_cast<__int128>(time) - static_cast<int64_t>(clock.mono));
  }
};

class RunMerge {
 public:
  RunMerge(const std::vector<std::string>& paths, RunSink& run, Problems& problems)
      : run_(run), problems_(problems), several_(paths.size() > 1) {
    for (std::string& path : in_order_of_start(paths)) unopened_.push_back(std::move(path));
  }

  size_t merge() {
    const StageTimer timer(Stage::Order);
    while (true) {
      while (!unopened_.empty() && (open_.empty() || open_[first()].next >= due())) open_next();
      if (open_.empty()) return used_;
      const size_t index = first();
      OpenTrace& open = open_[index];
      open.trace->run_until(open.ticks(limit(index)));
      if (open.trace->over())
        close(index);
      else
        open.next = open.time(open.trace->next_time());
    }
  }

 private:
  // When the next of the unopened must be open: it starts when the latest that is open does, or
  // later.
  int64_t due() const { return latest_ - kAhead; }

  // The index of the trace that has the next event.
  size_t first() const {
    const auto earlier = [](const OpenTrace& a, const OpenTrace& b) { return a.next < b.next; };
    return static_cast<size_t>(std::min_element(open_.begin(), open_.end(), earlier) -
                               open_.begin());
  }

  // How far a trace can go before another one is next.
  int64_t limit(size_t index) const {
    int64_t limit = unopened_.empty() ? kNever : due();
    for (size_t i = 0; i < open_.size(); i++)
      if (i != index) limit = std::min(limit, open_[i].next);
    return limit;
  }

  void open_next() {
    auto sources = open_source(unopened_.front(), problems_);
    unopened_.pop_front();
    several_ = several_ || sources.size() > 1;
    for (Source& source : sources) open(std::move(source));
  }

  void open(Source source) {
    auto trace = std::make_unique<Trace>(std::move(source));
    if (!trace->open()) return add_problems(*trace);
    used_++;
    auto sink = run_.opened(*trace, several_);
    trace->start(*sink);
    open_.push_back({std::move(trace), std::move(sink)});
    OpenTrace& open = open_.back();
    if (open.trace->over()) return close(open_.size() - 1);
    open.next = open.time(open.trace->next_time());
    latest_ = std::max(latest_, open.time(open.trace->clock().ticks));
  }

  void close(size_t index) {
    run_.closed(*open_[index].sink);
    add_problems(*open_[index].trace);
    open_.erase(open_.begin() + static_cast<ptrdiff_t>(index));
  }

  void add_problems(const Trace& trace) {
    problems_.insert(problems_.end(), trace.problems().begin(), trace.problems().end());
  }

  RunSink& run_;
  Problems& problems_;
  bool several_;
  std::deque<std::string> unopened_;  // in the order of their starts
  std::vector<OpenTrace> open_;
  int64_t latest_ = 0;  // start of a trace that was opened
  size_t used_ = 0;
};

}  // namespace

size_t merge_run(const std::vector<std::string>& paths, RunSink& run, Problems& problems) {
  return RunMerge(paths, run, problems).merge();
}

}  // namespace thrace

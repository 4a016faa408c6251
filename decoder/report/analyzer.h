// Turns the ordered events of one trace into rows of the analysis.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "decoder/report/analysis.h"

namespace thrace {

class Analyzer : public EventSink {
 public:
  // `base`: CLOCK_MONOTONIC at time 0 of the analysis, ns; 0: this trace's start is time 0.
  Analyzer(Analysis& analysis, const Filter& filter, std::string pid, uint64_t& base)
      : analysis_(analysis), filter_(filter), pid_(std::move(pid)), base_(base) {}

  void begin(const Generation& generation) override;
  void event(const Generation& generation, const OrderedEvent& event) override;

  // Closes what is open at `time` (ticks), the end of the trace.
  void finish(uint64_t time);

 private:
  struct Wait {
    uint64_t reason = 0;
    uint64_t object = 0;
    uint64_t owner = 0;
    int64_t since = 0;    // of this part of it
    uint64_t so_far = 0;  // of the parts before a signal handler interrupted it
    bool any = false;     // some of it lies in the window
  };
  struct Live {
    uint32_t row = 0;
    Status status = Status::None;
    int64_t since = 0;
    Wait wait;
    std::vector<Wait> interrupted;  // the innermost last
  };

  Live& introduce(uint64_t g, int64_t now);
  void leave(Live& live, int64_t now);
  void enter(Live& live, Status status, int64_t now);
  void begin_wait(Live& live, uint64_t reason, uint64_t object, uint64_t owner, int64_t now);
  void end_wait(Live& live, const EventView& event, int64_t now);
  void status(const OrderedEvent& event, int64_t now);
  void bind(Live& live, uint64_t m);
  ObjectRow& object(uint64_t address, uint64_t reason);
  uint64_t clipped(int64_t from, int64_t to) const;
  bool matches(const ThreadRow& row) const;
  // Unsigned, since the numbers of a hostile trace overflow.
  int64_t time(uint64_t ticks) const {
    return static_cast<int64_t>(static_cast<uint64_t>(clock_.since_start(ticks)) +
                                static_cast<uint64_t>(shift_));
  }
  ThreadRow& row(const Live& live) { return analysis_.threads[live.row]; }

  Analysis& analysis_;
  const Filter& filter_;
  std::string pid_;
  uint64_t& base_;
  Clock clock_;
  int64_t shift_ = 0;
  bool started_ = false;
  IdMap<Live> live_;         // by G
  IdMap<uint32_t> rows_;     // of an M: index + 1 of its latest G's row
  IdMap<uint32_t> objects_;  // by address and kind: index + 1
  struct Name {
    uint64_t tid = 0;
    std::string name;
  };
  IdMap<Name> names_;  // by M
  std::array<uint64_t, 256> counts_{};
};

}  // namespace thrace

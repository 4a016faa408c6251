// The strict pass of `check`: what a good writer keeps although a reader can do without.  It looks
// at a generation in the order of the file; the merge proves the rest.
#pragma once

#include <string>

#include "decoder/order/trace.h"

namespace thrace {

// How many problems of one kind of place are listed before the rest is left out.
inline constexpr size_t kMaxStrictProblems = 20;

class StrictCheck : public EventSink {
 public:
  explicit StrictCheck(Trace& trace) : trace_(trace) {}

  void begin(const Generation& generation) override;
  void event(const Generation&, const OrderedEvent&) override {}
  void end(const Generation& generation) override;

 private:
  struct LastTime {
    uint64_t time = 0;
    bool any = false;
  };

  void batch(const Generation& generation, const PlacedBatch& placed);
  std::string event_problem(const EventView& event, uint64_t m, LastTime& last);
  void report(const Generation& generation, const char* rule, uint64_t position, std::string text);

  Trace& trace_;
  IdMap<LastTime> last_;  // by M, over the whole file
  IdMap<bool> named_;     // Ms with a Thread in this generation
  uint64_t strings_ = 0;  // Strings of this generation so far
  uint64_t stacks_ = 0;   // Stacks
  std::vector<uint64_t> frames_;
  uint64_t last_mono_ = 0;
  size_t reported_ = 0;
  const char* rule_ = "";
  bool whole_ = true;
};

}  // namespace thrace

// Reading traces for their ends only.
#include "decoder/order/run_end.h"

#include <algorithm>

#include "decoder/input/run_order.h"
#include "decoder/order/trace.h"

namespace thrace {
namespace {

class NoSink : public EventSink {
 public:
  void event(const Generation&, const OrderedEvent&) override {}
};

}  // namespace

int64_t run_end(const std::vector<std::string>& paths) {
  Problems said_later;
  NoSink sink;
  uint64_t base = 0;  // CLOCK_MONOTONIC at time 0, ns; 0: not known yet
  int64_t end = 0;
  for (const std::string& path : in_order_of_start(paths))
    for (Source& source : open_source(path, said_later)) {
      Trace trace(std::move(source));
      if (!trace.open()) continue;
      trace.run(sink);
      if (trace.generations() == 0) continue;
      if (base == 0) base = trace.clock().mono;
      // Unsigned, since the numbers of a hostile trace overflow.
      end = std::max(end, static_cast<int64_t>(static_cast<uint64_t>(trace.duration()) +
                                               trace.clock().mono - base));
    }
  return end;
}

}  // namespace thrace

// Looks into chunks that are not full yet: what is behind a descriptor must be seen while the
// process lives, and the chunks of most threads come to the collector at the end of a generation
// only.
#pragma once

#include <cstdint>

#include "core/collector/encoder.h"
#include "core/collector/thread_table.h"

namespace thrace::collector {

class Preview {
 public:
  Preview(char* base, ThreadTable& threads, Encoder& encoder)
      : base_(base), threads_(threads), encoder_(encoder) {}

  // Looks at what each M has written since the last time, if that is `kInterval` ago.  `now`:
  // CLOCK_MONOTONIC, ns.
  void look(uint64_t now);

 private:
  static constexpr uint64_t kInterval = 5'000'000;  // ns

  void look(MState& m);

  char* base_;
  ThreadTable& threads_;
  Encoder& encoder_;
  uint64_t looked_ = 0;
};

}  // namespace thrace::collector

// Looks into chunks that are not full yet: what is behind a descriptor must be seen while the
// process lives, and which modules it has before the children end that it forks.  The chunks of most
// threads come to the collector at the end of a generation only.
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

  // Looks now: the image of a child is about to be closed, which has the modules of its parent.
  void look();

 private:
  static constexpr uint64_t kInterval = 5'000'000;  // ns

  void look(MState& m);

  char* base_;
  ThreadTable& threads_;
  Encoder& encoder_;
  uint64_t looked_ = 0;
};

}  // namespace thrace::collector

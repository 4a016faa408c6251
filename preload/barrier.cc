// The wrapper of barriers.
#include "preload/locks.h"

namespace thrace {

// Each arrival is told before it happens, so that the last one's stamp is there when the others
// leave; libc's serial thread is the one that arrived last.
THRACE_HOOK(int, pthread_barrier_wait, (pthread_barrier_t * barrier)) {
  if (!recording()) return real.pthread_barrier_wait(barrier);
  const Told told = wake(WakeKind::Arrive, barrier, kWakeAll);
  Wait wait;
  wait.begin(WaitReason::Barrier, barrier, 0);
  const int result = real.pthread_barrier_wait(barrier);
  wait.end(result == PTHREAD_BARRIER_SERIAL_THREAD ? Outcome::Last : outcome_of(result));
  wake_stack(told);
  return result;
}

}  // namespace thrace

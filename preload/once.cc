// The wrappers of pthread_once and call_once.
#include "preload/locks.h"

namespace thrace {
namespace {

// One call under way on this thread; t_local.once_wait points at the innermost.  It may be stale
// after an exception or a cancellation: run() only looks inside the call that has set it.
struct OnceCall {
  const void* control;
  void (*routine)();
  bool ran;
  bool told;
  Wait wait;
};

// Names us to those who wait; true if somebody does.
bool tell(const void* control) {
  if (!recording() || !has_waiters(control)) return false;
  wake_stack(wake(WakeKind::Done, control, kWakeAll));
  return true;
}

// What libc runs in the routine's place: the same, and then those who wait for it are told.
void run() {
  auto* call = static_cast<OnceCall*>(t_local.once_wait);
  call->ran = true;
  // Another's attempt was under way when we came, but it has been given up: it is our turn.
  if (call->wait.active()) call->wait.end(Outcome::Woken);
  call->routine();
  call->told = tell(call->control);
}

enum State { kNever, kUnderWay, kDone };  // bits 0 and 1 of libc's word; the others count forks

template <typename Control>
State state_of(Control* control) {
  const int word = __atomic_load_n(reinterpret_cast<int*>(control), __ATOMIC_ACQUIRE);
  return word & 2 ? kDone : word & 1 ? kUnderWay : kNever;
}

// `call_real(routine)` makes the real call and returns 0 if it succeeds.
template <typename CallReal>
int once(const void* control, State state, void (*routine)(), CallReal call_real) {
  OnceCall call{control, routine, false, false, {}};
  void* const outer = t_local.once_wait;
  t_local.once_wait = &call;
  if (state == kUnderWay) call.wait.begin(WaitReason::Once, control, 0);
  const int result = call_real(run);
  if (call.wait.active()) call.wait.end(outcome_of(result));
  if (call.ran && !call.told) tell(control);  // who came in between
  t_local.once_wait = outer;
  return result;
}

}  // namespace

THRACE_HOOK(int, pthread_once, (pthread_once_t * control, void (*routine)())) {
  const State state = state_of(control);
  if (state == kDone || !recording()) return real.pthread_once(control, routine);
  return once(control, state, routine,
              [=](void (*run)()) { return real.pthread_once(control, run); });
}
THRACE_HOOK_ALIAS(__pthread_once, pthread_once)

THRACE_HOOK(void, call_once, (once_flag * flag, void (*routine)())) {
  const State state = state_of(flag);
  if (state == kDone || !recording()) return real.call_once(flag, routine);
  once(flag, state, routine, [=](void (*run)()) {
    real.call_once(flag, run);
    return 0;
  });
}

}  // namespace thrace

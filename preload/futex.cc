// syscall() for the numbers that return once on the caller's stack: futexes, and the blocking calls
// of syscalls.def made by number.
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include "core/tracer/wait.h"
#include "preload/around.h"
#include "preload/raw.h"
#include "preload/real.h"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef FUTEX_LOCK_PI2
#define FUTEX_LOCK_PI2 13
#endif

namespace thrace {
namespace {

// One call of syscall(), as it came.
struct Request {
  long number, a, b, c, d, e, f;
  long make() const { return real.syscall(number, a, b, c, d, e, f); }
};

template <typename T = void>
T* address(long word) {
  return reinterpret_cast<T*>(word);
}

Outcome outcome_of(long result) {
  if (result >= 0) return Outcome::Woken;
  switch (errno) {
    case EAGAIN:
      return Outcome::Changed;
    case EINTR:
      return Outcome::Signal;
    case ETIMEDOUT:
      return Outcome::Timeout;
    default:
      return Outcome::Error;
  }
}

long wait_for(const Request& request, WaitReason reason) {
  const auto* word = address<uint32_t>(request.a);
  const uint32_t holder = reason == WaitReason::FutexPi && is_readable(word)
                              ? __atomic_load_n(word, __ATOMIC_RELAXED) & FUTEX_TID_MASK
                              : 0;
  Wait wait;
  wait.begin(reason, word, holder);
  const long result = request.make();
  wait.end(outcome_of(result));
  return result;
}

// The count of a wake comes as an int; INT_MAX is the usual word for all.
Told tell(long word, long count) {
  const auto n = static_cast<int>(count);
  if (n <= 0) return {};
  return wake(WakeKind::Futex, address(word), n == INT32_MAX ? kWakeAll : n);
}

// After the real call.  `woken`: it has ended somebody's wait.  (If it is fewer than were told,
// nobody can know whose.)
void after_wake(long word, Told told, bool woken) {
  if (!woken) take_back(address(word), told);
  wake_stack(told);
}

long wake_by(const Request& request) {
  const Told told = tell(request.a, request.c);
  const long result = request.make();
  after_wake(request.a, told, result > 0);
  return result;
}

// Wakes at the second word only if that has a certain value, and does not say how many there.
long wake_two(const Request& request) {
  const Told second = tell(request.e, request.d);
  const Told first = tell(request.a, request.c);
  const long result = request.make();
  after_wake(request.e, second, result > 0);
  after_wake(request.a, first, result > 0);
  return result;
}

// Those who are moved wait for the second word from then on.
long move(const Request& request) {
  const Told told = tell(request.a, request.c);
  const long result = request.make();
  const long moved = result > request.c ? result - request.c : 0;
  if (moved > 0) requeue(address(request.a), address(request.e), static_cast<uint32_t>(moved));
  after_wake(request.a, told, result > 0);
  return result;
}

long futex(const Request& request) {
  switch (request.b & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAIT_REQUEUE_PI:
      return wait_for(request, WaitReason::Futex);
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
      return wait_for(request, WaitReason::FutexPi);
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
      return wake_by(request);
    case FUTEX_UNLOCK_PI: {
      const Told told = tell(request.a, 1);
      const long result = request.make();
      after_wake(request.a, told, result == 0);
      return result;
    }
    case FUTEX_WAKE_OP:
      return wake_two(request);
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
    case FUTEX_CMP_REQUEUE_PI:
      return move(request);
    default:
      return request.make();
  }
}

// Waits for the first of several words; the result tells which one woke it.
long futex_waitv(const Request& request) {
  const auto* words = address<const struct futex_waitv>(request.a);
  if (request.b <= 0 || !is_readable(&words->uaddr)) return request.make();
  Wait wait;
  wait.begin(WaitReason::Futex, address(words[0].uaddr), 0);
  const long result = request.make();
  const bool known = result >= 0 && result < request.b;
  wait.end(outcome_of(result), known ? address(words[result].uaddr) : nullptr);
  return result;
}

// The system calls that syscalls.def records, by number.
struct Blocking {
  static constexpr unsigned kNumbers = 512;
  uint64_t words[kNumbers / 64] = {};

  constexpr Blocking() {
#define CALL(ret, name, versions, number, arg, params, args) \
  words[number / 64] |= 1ull << number % 64;
#define ALIAS(alias, name)
#include "preload/syscalls.def"
#undef ALIAS
  }
  constexpr bool has(long number) const {
    return number >= 0 && number < kNumbers && words[number / 64] >> number % 64 & 1;
  }
};
constexpr Blocking kBlocking;

}  // namespace

extern "C" [[gnu::visibility("hidden")]] long thrace_syscall(long number, long a, long b, long c,
                                                             long d, long e, long f) {
  if (!recording()) return real.syscall(number, a, b, c, d, e, f);
  const Request request{number, a, b, c, d, e, f};
  if (number == SYS_futex) return futex(request);
  if (number == SYS_futex_waitv) return futex_waitv(request);
  const auto make = [&] { return request.make(); };
  if (number == SYS_execve || number == SYS_execveat) return replacing(make);
  if (number == SYS_sched_yield) return yielding(make);
  if (!kBlocking.has(number)) return request.make();
  Call call(number, a);
  const long result = request.make();
  call.end(result < 0 ? errno : 0, result);
  return result;
}

}  // namespace thrace

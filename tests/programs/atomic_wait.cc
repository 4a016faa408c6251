// C++20 atomic wait and notify: libstdc++ sleeps by syscall(SYS_futex), and the waker is known.
#include <atomic>
#include <cstdio>
#include <thread>

#include "tests/programs/expect.h"

constexpr int kRounds = 50;
static std::atomic<int> word{0};
static int tid, seen;

int main() {
  std::thread waiter([] {
    put(&tid, own_tid());
    for (int i = 0; i < kRounds; i++) {
      word.wait(i);
      put(&seen, i + 1);
    }
  });
  for (int i = 0; i < kRounds; i++) {
    await_futex(await_any(&tid), &word, sizeof word);
    word.store(i + 1);
    word.notify_one();
    await(&seen, i + 1);
  }
  waiter.join();
  expect("create 1");
  expect("wait futex %d %p woken", kRounds, static_cast<void*>(&word));
  expect("edge futex %d %p %d %d", kRounds, static_cast<void*>(&word), tid, own_tid());
  std::printf("%d\n", seen);
}

// Two threads that wake each other in turn, by each kind of object.
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/bench/worker/mode.h"

namespace thrace::bench {
namespace {

// Runs `side(0)` here and `side(1)` in a second thread.
template <typename Side>
void run_pair(Side side) {
  pthread_t other;
  const auto start = [](void* argument) -> void* {
    (*static_cast<Side*>(argument))(1);
    return nullptr;
  };
  pthread_create(&other, nullptr, start, &side);
  side(0);
  pthread_join(other, nullptr);
}

// On lines of their own, so that the two sides share only what they mean to.
struct alignas(64) Word {
  uint32_t value = 0;
};

void futex(Word& word, int operation, uint32_t value) {
  syscall(SYS_futex, &word.value, operation, value, nullptr, nullptr, 0);
}

// A token: given to the other side, taken by this one.
void give(Word& word) {
  __atomic_store_n(&word.value, 1, __ATOMIC_RELEASE);
  futex(word, FUTEX_WAKE_PRIVATE, 1);
}
void take(Word& word) {
  while (!__atomic_exchange_n(&word.value, 0, __ATOMIC_ACQUIRE)) futex(word, FUTEX_WAIT_PRIVATE, 0);
}

}  // namespace

void hand_over(uint64_t operations) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
  int turn = 0;
  run_pair([&](int side) {
    for (uint64_t i = 0; i < operations; i++) {
      pthread_mutex_lock(&mutex);
      while (turn != side) pthread_cond_wait(&turned, &mutex);
      turn = !side;
      pthread_cond_signal(&turned);
      pthread_mutex_unlock(&mutex);
    }
  });
}

void post_semaphores(uint64_t operations) {
  sem_t given[2];
  sem_init(&given[0], 0, 1);
  sem_init(&given[1], 0, 0);
  run_pair([&](int side) {
    for (uint64_t i = 0; i < operations; i++) {
      sem_wait(&given[side]);
      sem_post(&given[!side]);
    }
  });
}

void wake_futexes(uint64_t operations) {
  Word words[2] = {{1}, {0}};
  run_pair([&](int side) {
    for (uint64_t i = 0; i < operations; i++) {
      take(words[side]);
      give(words[!side]);
    }
  });
}

void write_pipes(uint64_t operations) {
  int ends[2][2];
  if (pipe(ends[0]) || pipe(ends[1])) _exit(1);
  char first = 0;
  if (write(ends[0][1], &first, 1) != 1) _exit(1);
  run_pair([&](int side) {
    char byte;
    for (uint64_t i = 0; i < operations; i++)
      if (read(ends[side][0], &byte, 1) != 1 || write(ends[!side][1], &byte, 1) != 1) _exit(1);
  });
  for (auto& pair : ends)
    for (const int end : pair) close(end);
}

}  // namespace thrace::bench

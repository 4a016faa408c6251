// Several threads: one lock, short lives, a pool.
#include <pthread.h>

#include "tests/bench/worker/mode.h"

namespace thrace::bench {
namespace {

constexpr int kThreads = 4;

// Computes for about this long.  A fixed number of steps that depend on each other, not a look at
// the clock: whoever is held up works on afterwards, so what holds it up shows in the CPU time.
void compute(uint32_t microseconds) {
  constexpr uint32_t kStepsPerMicrosecond = 850;
  uint64_t value = microseconds;
  for (uint32_t i = 0; i < microseconds * kStepsPerMicrosecond; i++) {
    value = value * 6364136223846793005u + 1442695040888963407u;
    asm volatile("" : "+r"(value));
  }
}

template <typename Body>
void run_threads(Body body) {
  pthread_t threads[kThreads];
  const auto start = [](void* argument) -> void* {
    (*static_cast<Body*>(argument))();
    return nullptr;
  };
  for (auto& thread : threads) pthread_create(&thread, nullptr, start, &body);
  for (const auto& thread : threads) pthread_join(thread, nullptr);
}

// A bounded queue of tasks of one kind: how many are in it is all that it knows.
class Queue {
 public:
  void put() {
    pthread_mutex_lock(&mutex_);
    while (filled_ == kRoom) pthread_cond_wait(&taken_, &mutex_);
    filled_++;
    pthread_cond_signal(&came_);
    pthread_mutex_unlock(&mutex_);
  }
  // False if no more will come.
  bool take() {
    pthread_mutex_lock(&mutex_);
    while (!filled_ && !closed_) pthread_cond_wait(&came_, &mutex_);
    const bool got = filled_ > 0;
    if (got) filled_--;
    pthread_cond_signal(&taken_);
    pthread_mutex_unlock(&mutex_);
    return got;
  }
  void close() {
    pthread_mutex_lock(&mutex_);
    closed_ = true;
    pthread_cond_broadcast(&came_);
    pthread_mutex_unlock(&mutex_);
  }

 private:
  static constexpr uint32_t kRoom = 16;

  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t came_ = PTHREAD_COND_INITIALIZER;
  pthread_cond_t taken_ = PTHREAD_COND_INITIALIZER;
  uint32_t filled_ = 0;
  bool closed_ = false;
};

}  // namespace

void contend(uint64_t operations) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  run_threads([&] {
    for (uint64_t i = 0; i < operations / kThreads; i++) {
      pthread_mutex_lock(&mutex);
      compute(1);
      pthread_mutex_unlock(&mutex);
      compute(2);
    }
  });
}

void spawn(uint64_t operations) {
  for (uint64_t i = 0; i < operations; i++) {
    pthread_t thread;
    pthread_create(
        &thread, nullptr, [](void*) -> void* { return nullptr; }, nullptr);
    pthread_join(thread, nullptr);
  }
}

void run_pool(uint64_t operations) {
  Queue queue;
  pthread_t producer;
  struct Order {
    Queue& queue;
    uint64_t tasks;
  } order{queue, operations};
  const auto produce = [](void* argument) -> void* {
    auto& [to, tasks] = *static_cast<Order*>(argument);
    for (uint64_t i = 0; i < tasks; i++) to.put();
    to.close();
    return nullptr;
  };
  pthread_create(&producer, nullptr, produce, &order);
  run_threads([&] {
    while (queue.take()) compute(20);
  });
  pthread_join(producer, nullptr);
}

}  // namespace thrace::bench

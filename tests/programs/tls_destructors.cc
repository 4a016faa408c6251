// C++ thread_local objects and exceptions: destructors that lock, unwinding through pthread_exit and joins.
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/programs/expect.h"

static std::mutex mutex;
static int alive, caught, unwound;

struct Tracked {
  Tracked() { std::lock_guard lock(mutex); alive++; }
  ~Tracked() { std::lock_guard lock(mutex); alive--; }
};
static thread_local Tracked tracked;

struct Guard {
  ~Guard() { std::lock_guard lock(mutex); unwound++; }
};

static void* leaves(void*) {
  Guard guard;
  (void)&tracked;
  Tracked local;
  pthread_exit(nullptr);
}

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; i++)
    threads.emplace_back([] {
      tracked = Tracked();
      try {
        Guard guard;
        throw std::runtime_error("thrown");
      } catch (const std::exception& error) {
        std::lock_guard lock(mutex);
        caught++;
      }
    });
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < 4; i++) pthread_join(start(leaves, nullptr), nullptr);
  std::printf("%d %d %d\n", alive, caught, unwound);
  expect("create 12");
}

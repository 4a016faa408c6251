// The synchronisation of the C++20 library does its work: futures, latches, barriers, shared mutexes.
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <latch>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <stop_token>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

int main() {
  constexpr int kThreads = 4, kRounds = 200;
  std::latch begin(kThreads);
  std::barrier barrier(kThreads);
  std::counting_semaphore<2> pair(2);
  std::shared_timed_mutex shared;
  std::timed_mutex timed;
  std::once_flag once;
  int called = 0, written = 0, guarded = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; t++)
      threads.emplace_back([&, t] {
        begin.arrive_and_wait();
        std::call_once(once, [&] { called++; });
        for (int i = 0; i < kRounds; i++) {
          pair.acquire();
          pair.release();
          if (i % kThreads == t) {
            std::unique_lock lock(shared);
            written++;
          } else {
            std::shared_lock lock(shared, 10s);
            if (!lock) std::puts("not in 10 s");
          }
          if (timed.try_lock_for(10s)) {
            guarded++;
            timed.unlock();
          }
          if (i % 50 == 0) barrier.arrive_and_wait();
        }
      });
  }
  std::printf("%d %d %d\n", called, written, guarded);

  auto answer = std::async(std::launch::async, [] { return 42; });
  std::promise<int> promise;
  std::thread setter([&] { promise.set_value(answer.get()); });
  std::printf("%d\n", promise.get_future().get());
  setter.join();

  std::mutex mutex;
  std::condition_variable_any any;
  std::jthread stopped([&](std::stop_token token) {
    std::unique_lock lock(mutex);
    std::printf("stop: %d\n", any.wait(lock, token, [] { return false; }));
  });
  stopped.request_stop();
  stopped.join();
  std::condition_variable cond;
  std::unique_lock lock(mutex);
  std::printf("late: %d\n", cond.wait_for(lock, 5ms) == std::cv_status::timeout);
}

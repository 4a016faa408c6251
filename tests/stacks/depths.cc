// Threads that wait again and again, each time at another depth and below calls of other kinds,
// until standard input ends: for a debugger that stops them anywhere and compares.
#include <alloca.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "tests/stacks/wait_here.h"

namespace {

constexpr int kThreads = 6, kDeepest = 20;
constexpr long kPatience = 2'000'000;  // ns

std::atomic<bool> ending{false};
pthread_mutex_t contended = PTHREAD_MUTEX_INITIALIZER, own = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t never_signalled = PTHREAD_COND_INITIALIZER;
sem_t never_posted;

// What a thread has still to do; the choices are those of a generator, so that they do not depend
// on the time.
struct Task {
  uint32_t state;
  int left;

  uint32_t next(uint32_t choices) {
    state = state * 1'664'525 + 1'013'904'223;
    return (state >> 16) % choices;
  }
};
thread_local Task* t_task;

timespec soon() {
  timespec end;
  clock_gettime(CLOCK_REALTIME, &end);
  end.tv_nsec += kPatience;
  if (end.tv_nsec >= 1'000'000'000) {
    end.tv_nsec -= 1'000'000'000;
    end.tv_sec++;
  }
  return end;
}

NOINLINE void wait_somehow(Task& task) {
  const timespec pause{0, kPatience}, end = soon();
  switch (task.next(5)) {
    case 0:
      pthread_mutex_lock(&contended);
      nanosleep(&pause, nullptr);
      pthread_mutex_unlock(&contended);
      break;
    case 1:
      pthread_mutex_lock(&own);
      pthread_cond_timedwait(&never_signalled, &own, &end);
      pthread_mutex_unlock(&own);
      break;
    case 2:
      sem_timedwait(&never_posted, &end);
      break;
    case 3:
      poll(nullptr, 0, 2);
      break;
    default:
      nanosleep(&pause, nullptr);
  }
  STAY;
}

NOINLINE void descend(Task& task);

NOINLINE void plainly(Task& task) {
  descend(task);
  STAY;
}

// Its frame has a size that only the run tells: the tables speak of rbp.
NOINLINE void with_room(Task& task) {
  void* room = alloca(16 + 16 * task.next(64));
  asm volatile("" ::"r"(room) : "memory");
  descend(task);
  STAY;
}

// Its frame is realigned: the tables have an expression.
NOINLINE void realigned(Task& task) {
  alignas(128) char room[128];
  asm volatile("" ::"r"(room) : "memory");
  descend(task);
  STAY;
}

NOINLINE void much_saved(Task& task) {
  long a = task.left, b = a * 3, c = a ^ 5, d = a + b, e = c * d, f = e - a;
  asm volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
  descend(task);
  asm volatile("" ::"r"(a), "r"(b), "r"(c), "r"(d), "r"(e), "r"(f));
}

struct Shape {
  virtual ~Shape() = default;
  virtual void enter(Task& task) = 0;
};
struct Circle : Shape {
  NOINLINE void enter(Task& task) override {
    descend(task);
    STAY;
  }
};
NOINLINE void virtually(Task& task) {
  const std::unique_ptr<Shape> shape = std::make_unique<Circle>();
  shape->enter(task);
}

NOINLINE void by_function(Task& task) {
  const std::function<void()> function = [&task] { descend(task); };
  function();
  STAY;
}

int compare(const void* a, const void* b) {
  if (Task* const task = t_task) {
    t_task = nullptr;  // once is enough
    descend(*task);
  }
  return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}
NOINLINE void through_libc(Task& task) {
  int values[] = {3, 1, 2};
  t_task = &task;
  qsort(values, 3, sizeof values[0], compare);
  STAY;
}

void on_signal(int) {
  Task* const task = t_task;
  t_task = nullptr;
  descend(*task);
}
NOINLINE void through_a_handler(Task& task, int signal) {
  t_task = &task;
  raise(signal);
  STAY;
}

void descend(Task& task) {
  if (task.left-- == 0) return wait_somehow(task);
  switch (task.next(9)) {
    case 0:
      with_room(task);
      break;
    case 1:
      realigned(task);
      break;
    case 2:
      much_saved(task);
      break;
    case 3:
      virtually(task);
      break;
    case 4:
      by_function(task);
      break;
    case 5:
      through_libc(task);
      break;
    case 6:
      if (task.next(4) == 0) {
        through_a_handler(task, task.left > 10 ? SIGUSR1 : SIGUSR2);
        break;
      }
      [[fallthrough]];
    default:
      plainly(task);
  }
  STAY;
}

// One handler runs where the thread is, the other, further down, on a stack of its own.
void run(int number) {
  constexpr size_t kBytes = 256 << 10;
  const auto memory = std::make_unique<char[]>(kBytes);
  const stack_t stack{.ss_sp = memory.get(), .ss_flags = 0, .ss_size = kBytes};
  sigaltstack(&stack, nullptr);
  Task task{static_cast<uint32_t>(number + 1), 0};
  while (!ending) {
    task.left = static_cast<int>(task.next(kDeepest + 1));
    descend(task);
  }
  const stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
  sigaltstack(&none, nullptr);
}

}  // namespace

int main() {
  struct sigaction here {};
  here.sa_handler = on_signal;
  here.sa_flags = SA_NODEFER | SA_RESTART;
  sigaction(SIGUSR1, &here, nullptr);
  here.sa_flags |= SA_ONSTACK;
  sigaction(SIGUSR2, &here, nullptr);
  sem_init(&never_posted, 0, 0);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; i++) threads.emplace_back(run, i);
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  ending = true;
  for (auto& thread : threads) thread.join();
}

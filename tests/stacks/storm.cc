// A million stacks, taken while everything happens that can disturb a walk: signals at 10 kHz that wait
// themselves and jump out, libraries that come and go, fibers, cancellation, thousands of threads.
//
//     storm FOLDER STACKS   the folder of the plugins; how many stacks in all
//
// Most of the stacks are those of signals to a condition variable that nobody waits for: they need no
// system call, so that there are many.
#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "tests/stacks/wait_here.h"

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

pthread_mutex_t path_locks[kPaths];
long path_patience = 0;

namespace {

constexpr int kLiving = 2000;
constexpr size_t kSmallStack = 64 << 10;

pthread_cond_t g_nobody = PTHREAD_COND_INITIALIZER;
std::atomic<long> g_stacks, g_jumps, g_handled, g_cancelled, g_loads;
long g_wanted;

NOINLINE void take_stack(int path) {
  if (g_stacks.fetch_add(1, std::memory_order_relaxed) % 256)
    pthread_cond_signal(&g_nobody);
  else
    wait_here(path);
  STAY;
}
bool enough() { return g_stacks.load(std::memory_order_relaxed) >= g_wanted; }

[[noreturn]] void fail(const char* what) {
  printf("FAILED: %s\n", what);
  fflush(stdout);
  _exit(1);
}

pthread_t start(void* (*routine)(void*), void* argument, size_t stack = 256 << 10) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack);
  pthread_t thread;
  if (pthread_create(&thread, &attributes, routine, argument) != 0) fail("a thread");
  pthread_attr_destroy(&attributes);
  return thread;
}

// --- Depths of different shapes, so that there are many stacks -----------------------------------

NOINLINE void fan(unsigned path, int depth);
NOINLINE void fan_left(unsigned path, int depth) {
  fan(path, depth);
  STAY;
}
NOINLINE void fan_right(unsigned path, int depth) {
  char room[200];
  asm volatile("" ::"r"(room) : "memory");
  fan(path, depth);
  STAY;
}
NOINLINE void fan(unsigned path, int depth) {
  if (depth == 0) {
    take_stack(1);
  } else if (path & 1) {
    fan_left(path >> 1, depth - 1);
  } else {
    fan_right(path >> 1, depth - 1);
  }
  STAY;
}

// --- Signals -------------------------------------------------------------------------------------

thread_local sigjmp_buf t_back;
thread_local volatile sig_atomic_t t_may_jump;

void handler(int) {
  const long count = g_handled.fetch_add(1, std::memory_order_relaxed);
  take_stack(2);
  if (t_may_jump && count % 8 == 0) {
    t_may_jump = 0;
    siglongjmp(t_back, 1);
  }
}

// Signals this thread every 100 us.
timer_t start_timer() {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGUSR1;
  event.sigev_notify_thread_id = static_cast<int>(syscall(SYS_gettid));
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) fail("a timer");
  const itimerspec every = {{0, 100'000}, {0, 100'000}};
  timer_settime(timer, 0, &every, nullptr);
  return timer;
}

void* jumper(void* on_other_stack) {
  stack_t stack{};
  if (on_other_stack) {
    stack.ss_size = kSmallStack;
    stack.ss_sp = malloc(stack.ss_size);
    sigaltstack(&stack, nullptr);
  }
  const timer_t timer = start_timer();
  unsigned volatile path = 0;
  while (!enough()) {
    if (sigsetjmp(t_back, 1)) g_jumps.fetch_add(1, std::memory_order_relaxed);
    t_may_jump = 1;
    for (int i = 0; i < 50; i++) {
      path = path + 1;
      fan(path, 6);
    }
    t_may_jump = 0;
  }
  timer_delete(timer);
  // A signal that is on its way still finds its stack.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  stack.ss_flags = SS_DISABLE;
  sigaltstack(&stack, nullptr);
  free(stack.ss_sp);
  return nullptr;
}

// --- Fibers --------------------------------------------------------------------------------------

struct Fiber {
  ucontext_t home, own;
  char stack[kSmallStack];
};

void fiber_main(unsigned low, unsigned high) {
  auto* fiber = reinterpret_cast<Fiber*>(static_cast<uint64_t>(high) << 32 | low);
  for (unsigned i = 0;; i++) {
    fan(i, 4);
    swapcontext(&fiber->own, &fiber->home);
  }
}

void* fibers(void*) {
  static Fiber fiber;
  getcontext(&fiber.own);
  fiber.own.uc_stack.ss_sp = fiber.stack;
  fiber.own.uc_stack.ss_size = sizeof fiber.stack;
  const auto address = reinterpret_cast<uint64_t>(&fiber);
  makecontext(&fiber.own, reinterpret_cast<void (*)()>(fiber_main), 2,
              static_cast<unsigned>(address), static_cast<unsigned>(address >> 32));
  while (!enough()) {
    swapcontext(&fiber.home, &fiber.own);
    fan(7, 3);
  }
  return nullptr;
}

// --- Libraries -----------------------------------------------------------------------------------

std::string g_folder;

void* loader(void*) {
  for (long i = 0; !enough(); i++) {
    const std::string file = g_folder + (i % 2 ? "/libplugin_a.so" : "/libplugin_b.so");
    void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) fail(dlerror());
    const auto entry = reinterpret_cast<void (*)(int)>(dlsym(library, "plugin_entry"));
    entry(3);
    dlclose(library);
    g_loads.fetch_add(1, std::memory_order_relaxed);
  }
  return nullptr;
}

// --- Cancellation --------------------------------------------------------------------------------

void* endless(void*) {
  for (;;) {
    take_stack(4);
    pthread_testcancel();
    const timespec pause = {0, 20'000};
    nanosleep(&pause, nullptr);
  }
}

void* canceller(void*) {
  while (!enough()) {
    const pthread_t victim = start(endless, nullptr, kSmallStack);
    const timespec pause = {0, 300'000};
    nanosleep(&pause, nullptr);
    pthread_cancel(victim);
    pthread_join(victim, nullptr);
    g_cancelled.fetch_add(1, std::memory_order_relaxed);
  }
  return nullptr;
}

// --- The crowd -----------------------------------------------------------------------------------

pthread_mutex_t g_crowd_lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t g_crowd_end = PTHREAD_COND_INITIALIZER;
bool g_over;

void* living(void*) {
  pthread_mutex_lock(&g_crowd_lock);
  while (!g_over) pthread_cond_wait(&g_crowd_end, &g_crowd_lock);
  pthread_mutex_unlock(&g_crowd_lock);
  return nullptr;
}

void* hold_all(void*) {
  for (auto& lock : path_locks) pthread_mutex_lock(&lock);
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) fail("usage: storm FOLDER WAITS");
  g_folder = argv[1];
  g_wanted = atol(argv[2]);
  pthread_join(start(hold_all, nullptr), nullptr);  // for ever
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigaction(SIGUSR1, &action, nullptr);

  static pthread_t crowd[kLiving];
  for (auto& thread : crowd) thread = start(living, nullptr, kSmallStack);
  const pthread_t threads[] = {start(jumper, nullptr), start(jumper, crowd), start(fibers, nullptr),
                               start(loader, nullptr), start(canceller, nullptr)};
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  pthread_mutex_lock(&g_crowd_lock);
  g_over = true;
  pthread_cond_broadcast(&g_crowd_end);
  pthread_mutex_unlock(&g_crowd_lock);
  for (const pthread_t thread : crowd) pthread_join(thread, nullptr);
  fprintf(stderr, "%ld stacks, %ld handlers, %ld jumps, %ld loads, %ld cancelled\n", g_stacks.load(),
          g_handled.load(), g_jumps.load(), g_loads.load(), g_cancelled.load());
  const bool all = g_jumps > 10 && g_loads > 10 && g_cancelled > 10 && g_handled > 100;
  puts(all ? "it all happened" : "too little happened");
  return all ? 0 : 1;
}

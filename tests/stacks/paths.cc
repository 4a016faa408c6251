// Call paths that are known beforehand: each ends in a wait, and paths.py knows from the comments here
// which functions and lines its stack has.
//
// "path N: a@x b@y" lists the frames of path N, the innermost first (after wait_here), each with the
// marker of the line of its call.  "*" stands for any number of frames of libraries.
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <coroutine>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/stacks/frames.h"
#include "tests/stacks/wait_here.h"

pthread_mutex_t path_locks[kPaths];
long path_patience = 1'000'000;

namespace {

// path 1: main@main1
// path 2: one_deep@2a main@main2
NOINLINE void one_deep() {
  wait_here(2);  // @2a
  STAY;
}

// path 3: down@3a down@3b down@3b down@3b main@main3
NOINLINE void down(int n) {
  if (n == 0) {
    wait_here(3);  // @3a
    STAY;
    return;
  }
  down(n - 1);  // @3b
  STAY;
}

// path 4: odd@4a even@4b odd@4c even@4b main@main4
NOINLINE void even(int n);
NOINLINE void odd(int n) {
  if (n == 1) {
    wait_here(4);  // @4a
    STAY;
    return;
  }
  even(n - 1);  // @4c
  STAY;
}
void even(int n) {
  odd(n - 1);  // @4b
  STAY;
}

// path 5: inlined_once@5a around_inlined@5b main@main5
INLINE void inlined_once() {
  wait_here(5);  // @5a
  STAY;
}
NOINLINE void around_inlined() {
  inlined_once();  // @5b
}

// path 6: inner_inlined@6a outer_inlined@6b around_two@6c main@main6
INLINE void inner_inlined() {
  wait_here(6);  // @6a
  STAY;
}
INLINE void outer_inlined() {
  inner_inlined();  // @6b
}
NOINLINE void around_two() {
  outer_inlined();  // @6c
}

// A tail call leaves no frame of its caller.
// path 7: last_of_three@7a main@main7
NOINLINE int last_of_three(int n) {
  wait_here(7);  // @7a
  STAY;
  return n + 1;
}
NOINLINE int jumps_again(int n) { return last_of_three(n + 1); }
NOINLINE int jumps_on(int n) { return jumps_again(n + 1); }

// path 8: of_type<int>@8a main@main8
template <typename T>
NOINLINE T of_type(T value) {
  wait_here(8);  // @8a
  STAY;
  return value;
}

// path 9: Box<char>::open@9a main@main9
template <typename T>
struct Box {
  T value;
  NOINLINE void open() {
    wait_here(9);  // @9a
    STAY;
  }
};

// path 12: *operator()@12a * in_function@12b main@main12
NOINLINE void in_function(const std::function<void()>& f) {
  f();  // @12b
  STAY;
}

// path 13: Derived::act@13a through_base@13b main@main13
struct Base {
  virtual ~Base() = default;
  virtual void act() = 0;
};
struct Derived : Base {
  NOINLINE void act() override {
    wait_here(13);  // @13a
    STAY;
  }
};
NOINLINE void through_base(Base& base) {
  base.act();  // @13b
  STAY;
}

// Through a thunk, which jumps.
// path 14: Both::right@14a through_right@14b main@main14
struct Left {
  virtual ~Left() = default;
  virtual void left() {}
  long room = 0;
};
struct Right {
  virtual ~Right() = default;
  virtual void right() = 0;
};
struct Both : Left, Right {
  NOINLINE void right() override {
    wait_here(14);  // @14a
    STAY;
  }
};
NOINLINE void through_right(Right& right) {
  right.right();  // @14b
  STAY;
}

// path 15: pointed_at@15a through_pointer@15b main@main15
NOINLINE void pointed_at() {
  wait_here(15);  // @15a
  STAY;
}
void (*volatile g_pointer)() = pointed_at;
NOINLINE void through_pointer() {
  g_pointer();  // @15b
  STAY;
}

// path 16: compare@16a * main@main16
int compare(const void* a, const void* b) {
  static bool once;
  if (!once) {
    once = true;
    wait_here(16);  // @16a
    STAY;
  }
  return *static_cast<const int*>(a) - *static_cast<const int*>(b);
}

// path 17: less@17a * main@main17
NOINLINE bool less(int a, int b) {
  static bool once;
  if (!once) {
    once = true;
    wait_here(17);  // @17a
    STAY;
  }
  return a < b;
}

// path 18: found@18a * main@main18
int found(const void*, const void*) {
  wait_here(18);  // @18a
  STAY;
  return 0;
}

// path 19: Made::Made@19a main@main19
struct Made {
  NOINLINE Made() {
    wait_here(19);  // @19a
    STAY;
  }
};

// In a destructor while an exception passes.  With the address sanitizer gcc gives the call the line
// where the destructor ends.
// path 20: Guard::~Guard@20a thrower@20b main@main20
// sanitized path 20: Guard::~Guard@20a thrower@20c main@main20
struct Guard {
  NOINLINE ~Guard() {
    wait_here(20);  // @20a
    STAY;
  }  // @20c
};
NOINLINE void fails() { throw std::runtime_error("known"); }
NOINLINE void thrower() {
  Guard guard;
  fails();
  STAY;
}  // @20b

// path 21: catcher@21a main@main21
NOINLINE void catcher() {
  try {
    fails();
  } catch (const std::exception&) {
    wait_here(21);  // @21a
    STAY;
  }
}

// path 22: handler@22a * signalled@22b main@main22
void handler(int) {
  wait_here(22);  // @22a
  STAY;
}
NOINLINE void signalled() {
  signal(SIGUSR1, handler);
  raise(SIGUSR1);  // @22b
  STAY;
}

// path 23: on_another_stack@23a * signalled_elsewhere@23b main@main23
void on_another_stack(int) {
  wait_here(23);  // @23a
  STAY;
}
NOINLINE void signalled_elsewhere() {
  static char room[64 << 10];
  stack_t stack{};
  stack.ss_sp = room;
  stack.ss_size = sizeof room;
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = on_another_stack;
  action.sa_flags = SA_ONSTACK;
  sigaction(SIGUSR2, &action, nullptr);
  raise(SIGUSR2);  // @23b
  STAY;
}

// path 30: Sum::operator+@30a main@main30
struct Sum {
  int n;
  NOINLINE Sum operator+(const Sum& other) const {
    wait_here(30);  // @30a
    STAY;
    return {n + other.n};
  }
};

// path 31: stepwise@31a * main@main31
struct Steps {
  struct promise_type {
    Steps get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  std::coroutine_handle<promise_type> handle;
};
Steps stepwise() {
  wait_here(31);  // @31a
  STAY;
  co_return;
}

// path 32: seldom@32a main@main32
NOINLINE void seldom(bool rare) {
  if (rare) [[unlikely]] {
    wait_here(32);  // @32a
    STAY;
  }
}

// path 34: Outer::Inner::deep@34a main@main34
struct Outer {
  struct Inner {
    NOINLINE static void deep() {
      wait_here(34);  // @34a
      STAY;
    }
  };
};

// The wait is at the bottom of more frames than are recorded.
// path 35: deeper@35a deeper@35b deeper@35b deeper@35b ...
NOINLINE void deeper(int n) {
  if (n == 0) {
    wait_here(35);  // @35a
    STAY;
    return;
  }
  deeper(n - 1);  // @35b
  STAY;
}

// path 36: apply<&add_one>@36a main@main36
NOINLINE int add_one(int n) { return n + 1; }
template <int (*F)(int)>
NOINLINE int apply(int n) {
  const int result = F(n);
  wait_here(36);  // @36a
  STAY;
  return result;
}

// path 38: twice@38a main@main38
// path 39: twice@39a main@main38
NOINLINE void twice() {
  wait_here(38);  // @38a
  wait_here(39);  // @39a
  STAY;
}

// Two libraries, one after the other at the same place.
// path 40: plugin_entry@a.40 call_plugin@40c use_plugin@40d main@main40
// path 41: plugin_other@b.41 plugin_entry@b.42 call_plugin@40c use_plugin@40d main@main41
NOINLINE void call_plugin(void (*entry)(int), int path) {
  entry(path);  // @40c
  STAY;
}
// Returns where it was loaded.
NOINLINE const void* use_plugin(const std::string& file, int path) {
  void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    std::printf("%s\n", dlerror());
    exit(1);
  }
  const auto entry = reinterpret_cast<void (*)(int)>(dlsym(library, "plugin_entry"));
  call_plugin(entry, path);  // @40d
  STAY;
  Dl_info place{};
  dladdr(reinterpret_cast<void*>(entry), &place);
  dlclose(library);
  return place.dli_fbase;
}

// path 43: on_thread@43a *
void on_thread() {
  wait_here(43);  // @43a
  STAY;
}

std::atomic<bool> g_held, g_done;

}  // namespace

int main(int, char** argv) {
  for (auto& lock : path_locks) lock = PTHREAD_MUTEX_INITIALIZER;
  std::thread holder([] {
    for (auto& lock : path_locks) pthread_mutex_lock(&lock);
    g_held = true;
    while (!g_done) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    for (auto& lock : path_locks) pthread_mutex_unlock(&lock);
  });
  while (!g_held) std::this_thread::yield();
  for (int i = 0; i < kPaths; i++)
    std::printf("path %d %p\n", i, static_cast<void*>(&path_locks[i]));

  wait_here(1);  // @main1
  one_deep();    // @main2
  down(3);       // @main3
  even(4);       // @main4
  around_inlined();  // @main5
  around_two();      // @main6
  if (jumps_on(1) == 0) return 1;  // @main7
  of_type(1);                      // @main8
  Box<char>{}.open();              // @main9
  // path 10: *operator()@10a main@main10
  const auto lambda = [](int path) __attribute__((noinline)) {
    wait_here(path);  // @10a
    STAY;
  };
  lambda(10);  // @main10
  // path 11: *operator()<int>@11a main@main11
  const auto generic = [](auto path) __attribute__((noinline)) {
    wait_here(path + 1);  // @11a
    STAY;
  };
  generic(10);  // @main11
  in_function([] {  // @main12
    wait_here(12);  // @12a
    STAY;
  });
  Derived derived;
  through_base(derived);  // @main13
  Both both;
  through_right(both);  // @main14
  through_pointer();    // @main15
  int numbers[] = {3, 1, 2};
  qsort(numbers, 3, sizeof(int), compare);  // @main16
  std::vector<int> more = {3, 1, 2};
  std::sort(more.begin(), more.end(), less);  // @main17
  const int key = 1;
  if (!bsearch(&key, numbers, 3, sizeof(int), found)) return 1;  // @main18
  Made made;                                                      // @main19
  try {
    thrower();  // @main20
  } catch (const std::exception&) {
  }
  catcher();              // @main21
  signalled();            // @main22
  signalled_elsewhere();  // @main23
  with_alloca(1000);      // @main24
  with_large_frame();     // @main25
  with_aligned_frame();   // @main26
  with_aligned_alloca(1000);  // @main27
  of_many(2, 1.0, 2.0);       // @main28
  const Large large = by_value(3);  // @main29
  if (large.words[3] != 3) return 1;
  if ((Sum{1} + Sum{2}).n != 3) return 1;  // @main30
  Steps steps = stepwise();
  steps.handle.resume();  // @main31
  steps.handle.destroy();
  seldom(true);          // @main32
  Outer::Inner::deep();  // @main34
  deeper(100);
  apply<add_one>(1);               // @main36
  pushed(1, 2, 3, 4, 5, 6, 7, 8);  // @main37
  twice();                         // @main38
  const std::string folder = argv[1];
  const void* first = use_plugin(folder + "/libplugin_a.so", 40);   // @main40
  const void* second = use_plugin(folder + "/libplugin_b.so", 41);  // @main41
  std::printf("plugins %s\n", first == second ? "share an address" : "lie apart");
  std::thread(on_thread).join();
  g_done = true;
  holder.join();
  return 0;
}

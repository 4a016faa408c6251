/* What threads run in the place of their start routine: C, because pthread_cleanup_push has to take
 * its form without exceptions, in which nothing but libc is needed when the thread is unwound. */
#pragma once

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One thread to be: filled in by its creator, emptied by the thread before the routine runs. */
struct thrace_start {
  void* (*routine)(void*);
  int (*c11_routine)(void*);
  void* argument;
  size_t stack_bytes;
};

/* The start routines given to the real pthread_create and thrd_create; `block`: a thrace_start. */
__attribute__((visibility("hidden"))) void* thrace_run_thread(void* block);
__attribute__((visibility("hidden"))) int thrace_run_c11_thread(void* block);

/* Called by them, defined in threads.cc. */
__attribute__((visibility("hidden"))) void thrace_begin_thread(const struct thrace_start* block);
__attribute__((visibility("hidden"))) void thrace_end_thread(void* unused);

#ifdef __cplusplus
}
#endif

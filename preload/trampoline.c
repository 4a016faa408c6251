/* The frames below a thread's start routine.  Return, pthread_exit and cancellation all end in
 * thrace_end_thread, after the cleanup handlers of the program. */
#define _GNU_SOURCE
#include "preload/trampoline.h"

void* thrace_run_thread(void* block) {
  const struct thrace_start start = *(const struct thrace_start*)block;
  void* result;
  thrace_begin_thread(block);
  pthread_cleanup_push(thrace_end_thread, 0);
  result = start.routine(start.argument);
  pthread_cleanup_pop(1);
  return result;
}

int thrace_run_c11_thread(void* block) {
  const struct thrace_start start = *(const struct thrace_start*)block;
  int result;
  thrace_begin_thread(block);
  pthread_cleanup_push(thrace_end_thread, 0);
  result = start.c11_routine(start.argument);
  pthread_cleanup_pop(1);
  return result;
}

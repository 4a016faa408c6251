// What the test programs share: telling the harness what the trace must hold, and seeing for certain
// that a thread is blocked.
//
// Everything here goes round libc with inline system calls and plain atomics, so that it adds nothing
// to the trace and cannot be held up by what it looks at.
//
// If the environment variable THRACE_EXPECT names a file, expect() appends lines "PID WORDS..." to it.
// An OBJECT is an address in hexadecimal; a COUNT is exact.
//     wait REASON COUNT OBJECT [OUTCOME]   waits that ended (with that outcome; else with any)
//     wake HOW COUNT OBJECT                releases, signals, posts
//     edge REASON COUNT OBJECT TID WAKER   waits of thread TID, in a row, that thread WAKER ended
//     create COUNT                         tasks created
//     failed COUNT                          creations that failed
//     call NAME[,NAME...] COUNT            system calls, by the kernel's names; any of the names
//     blocked NAME COUNT                    those that returned after more than 20 us
//     label TID NAME                       a name given to the task of a thread
//     images COUNT                          trace files of the whole run
//     module COUNT NAME                    files of this name that were mapped
//     listed COUNT NAME                    files of this name that a generation's tables list
//     attached COUNT NAME                  copies of files of this name in the traces
//     function NAME                        of a frame: `dump --ordered --stacks` and the export for Go have it
//     gone COUNT                           files that were unmapped
//     stack TID OBJECT                     on this thread's stack, or in its thread-local storage
//     self TID OBJECT                      this thread's pthread_t
//     named KIND OBJECT TEXT               what reports call an object that was waited for has this text
//     title KIND OBJECT TEXT               is this text
//     descriptor FD TEXT                   what the collector found there begins with this text
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static inline long raw6(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;  // -errno on failure
}
#define raw_padded(n, a, b, c, d, e, f, ...) \
  raw6((long)(n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define raw(...) raw_padded(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

// A test program that finds its own ground broken ends with this status, whatever it tests.
#define must(condition) \
  do {                  \
    if (!(condition)) must_failed(__FILE__, __LINE__, #condition); \
  } while (0)
__attribute__((noinline, cold, unused)) static void must_failed(const char* file, int line,
                                                                const char* text) {
  char message[256];
  const int length =
      snprintf(message, sizeof message, "%s:%d: not so: %s (errno %d)\n", file, line, text, errno);
  raw(SYS_write, 2, message, length);
  raw(SYS_exit_group, 99);
}

__attribute__((format(printf, 1, 2), unused)) static void expect(const char* format, ...) {
  const char* path = getenv("THRACE_EXPECT");
  if (!path) return;
  char line[256];
  int length = snprintf(line, sizeof line, "%ld ", raw(SYS_getpid));
  va_list values;
  va_start(values, format);
  length += vsnprintf(line + length, sizeof line - (size_t)length, format, values);
  va_end(values);
  line[length++] = '\n';
  const long fd = raw(SYS_open, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  raw(SYS_write, fd, line, length);
  raw(SYS_close, fd);
}

static inline int own_tid(void) { return (int)raw(SYS_gettid); }

static inline void nap(long microseconds) {
  struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};
  raw(SYS_nanosleep, &time, 0);
}

// A word that one thread moves and another waits for, unseen.
static inline void put(int* word, int value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }
static inline int get(int* word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
static inline void await(int* word, int value) {
  while (get(word) != value) nap(20);
}
static inline int await_any(int* word) {
  while (get(word) == 0) nap(20);
  return get(word);
}

// The text of a file of /proc, cut to `size`.
__attribute__((unused)) static long proc_text(const char* path, char* text, long size) {
  const long fd = raw(SYS_open, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const long length = raw(SYS_read, fd, text, size - 1);
  raw(SYS_close, fd);
  if (length >= 0) text[length] = 0;
  return length;
}

// Whether a thread sleeps: one that was woken and is still under way to its CPU does not, though
// /proc/TID/syscall still shows the call that it slept in.
__attribute__((unused)) static int is_asleep(int tid) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/%d/stat", tid);  // works for tids, too
  if (proc_text(path, text, sizeof text) <= 0) return 0;
  const char* name_end = strrchr(text, ')');  // "TID (NAME) STATE ..."
  return name_end && (name_end[2] == 'S' || name_end[2] == 'D');
}

// The system call in which a thread is blocked (-1: none) and its first argument.
__attribute__((unused)) static long blocked_call(int tid, unsigned long* argument) {
  char path[64], text[256];
  snprintf(path, sizeof path, "/proc/%d/syscall", tid);
  long number = -1;
  *argument = 0;
  if (!is_asleep(tid) || proc_text(path, text, sizeof text) <= 0) return -1;
  if (sscanf(text, "%ld 0x%lx", &number, argument) < 1) return -1;  // "running"
  return number;
}

// Waits until a thread is blocked in a futex of the object.
__attribute__((unused)) static void await_futex(int tid, const void* object, size_t size) {
  for (;; nap(20)) {
    unsigned long word;
    if (blocked_call(tid, &word) == SYS_futex && word - (unsigned long)object < size) return;
  }
}

// Waits until a thread is blocked in this system call.
__attribute__((unused)) static void await_call(int tid, long number) {
  for (;; nap(20)) {
    unsigned long argument;
    if (blocked_call(tid, &argument) == number) return;
  }
}

// A time so many milliseconds from now (before now: negative) on a clock.
__attribute__((unused)) static struct timespec from_now(clockid_t clock, long milliseconds) {
  struct timespec time;
  clock_gettime(clock, &time);
  const long long ns = time.tv_sec * 1000000000LL + time.tv_nsec + milliseconds * 1000000LL;
  time.tv_sec = (time_t)(ns / 1000000000LL);
  time.tv_nsec = (long)(ns % 1000000000LL);
  return time;
}

__attribute__((unused)) static pthread_t start(void* (*routine)(void*), void* argument) {
  pthread_t thread;
  must(pthread_create(&thread, NULL, routine, argument) == 0);
  return thread;
}

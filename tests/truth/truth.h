// What the programs of known truth share: work, and threads with names.  What arranges a meeting
// but is no part of the story goes unseen, through tests/programs/expect.h.
//
// A line that a test asks for ends with a mark, a word in capitals in a comment;
// tests/truth/facts.py finds its number.  The functions that are asked for are never inlined, so
// that each has a frame.
#pragma once

#include "tests/programs/expect.h"

#define FRAME __attribute__((noinline))

static inline long now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);  // no system call
  return time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

// Keeps a CPU busy for so many microseconds.
__attribute__((unused)) static void work(long microseconds) {
  for (const long end = now_us() + microseconds; now_us() < end;)
    ;
}

// First in a thread: NAME or, if number is not 0, NAME-NUMBER.
__attribute__((unused)) static void name_thread(const char* name, long number) {
  char text[40];  // 15 characters are allowed
  if (number)
    snprintf(text, sizeof text, "%s-%ld", name, number);
  else
    snprintf(text, sizeof text, "%s", name);
  must(pthread_setname_np(pthread_self(), text) == 0);
}

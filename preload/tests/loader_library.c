/* A library that loads others: in its own name, by its own search path. */
#define _GNU_SOURCE
#include <dlfcn.h>

#ifndef ANSWER
#define ANSWER 1
#endif

int answer(void) { return ANSWER; }

/* The answer of the library behind this one. */
int next_answer(void) {
  int (*const next)(void) = (int (*)(void))dlsym(RTLD_NEXT, "answer");
  return next ? next() : -1;
}

void* load(const char* name, int flags) {
  void* library = dlopen(name, flags);
  __asm__ volatile("" : "+r"(library)); /* a call: of a jump, our caller would be the caller */
  return library;
}

#ifdef LOADS
void* loaded;
__attribute__((constructor)) static void construct(void) { loaded = dlopen(LOADS, RTLD_NOW); }
#endif

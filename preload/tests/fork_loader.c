/* The child of a fork ends, whatever its parent was doing in the loader at that moment (modules.h,
 * L6): another thread was, or the one that forked, or a library was loaded and nobody has looked
 * since. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kForks = 40, kPatience = 60 /* s */ };

static atomic_int stop;
static int failures;

static void expect_end(pid_t child, const char* what) {
  int status = 0;
  if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  printf("%s: the child ended with status %x\n", what, (unsigned)status);
  failures++;
}

static int fork_once(struct dl_phdr_info* info, size_t size, void* unused) {
  (void)info, (void)size, (void)unused;
  const pid_t child = fork();
  if (child == 0) {
    alarm(kPatience);
    exit(0);
  }
  expect_end(child, "in a look at the list");
  return 1;
}

static void* open_and_close(void* name) {
  while (!stop) {
    void* const library = dlopen(name, RTLD_NOW);
    if (!library || dlclose(library)) return "failed";
  }
  return NULL;
}

int main(void) {
  dl_iterate_phdr(fork_once, NULL);
  pthread_t thread;
  pthread_create(&thread, NULL, open_and_close, "libloader_plain.so");
  for (int i = 0; i < kForks && failures == 0; i++) {
    void* const loaded = i % 2 ? dlopen("libloader_next.so", RTLD_NOW) : NULL;
    const pid_t child = fork();
    if (child == 0) {
      alarm(kPatience);
      if (!loaded) exit(0);
      dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);  // does not take the lock that may be held
      _exit(dlsym(loaded, "nonesuch") != NULL);
    }
    expect_end(child, loaded ? "with a library that was just loaded" : "beside a loader");
    if (loaded) dlclose(loaded);
  }
  stop = 1;
  void* result = NULL;
  pthread_join(thread, &result);
  if (result) printf("the other thread: %s\n", (const char*)result);
  return failures || result;
}

// Four threads open and close a library each, all the time.
#include <dlfcn.h>

#include "tests/programs/expect.h"

enum { kThreads = 4, kRounds = 500 };
static char folder[4096];

static void* churn(void* number) {
  char path[8192];
  snprintf(path, sizeof path, "%s/libplugin_%d.so", folder, (int)(long)number);
  for (int i = 0; i < kRounds; i++) {
    void* const plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    must(plugin && dlsym(plugin, "plugin_run"));
    must(dlclose(plugin) == 0);
  }
  return NULL;
}

int main(int argc, char** argv) {
  (void)argc;
  snprintf(folder, sizeof folder, "%s", argv[0]);
  char* const slash = strrchr(folder, '/');
  must(slash);
  *slash = 0;
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; i++) threads[i] = start(churn, (void*)(long)(i + 1));
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  puts("done");
}

// Code that is loaded late, in three ways, starts threads; it is unloaded, and loaded again.
#include "tests/programs/expect.h"

#include <dlfcn.h>
#include <semaphore.h>

int main(int argc, char** argv) {
  (void)argc;
  static sem_t sem;
  sem_init(&sem, 0, 0);
  char path[4096];
  snprintf(path, sizeof path, "%s", argv[0]);
  char* const slash = strrchr(path, '/');
  snprintf(slash ? slash + 1 : path, 64, "libplugin.so");
  static const int flags[] = {RTLD_LAZY, RTLD_NOW | RTLD_GLOBAL, RTLD_NOW | RTLD_LOCAL};
  for (int i = 0; i < 6; i++) {
    void* const plugin = dlopen(path, flags[i % 3]);
    must(plugin);
    int (*run)(sem_t*) = (int (*)(sem_t*))dlsym(plugin, "plugin_run");
    const int sum = run(&sem);
    printf("%d close %d\n", sum, dlclose(plugin));
  }
  expect("create 18");
  expect("wake post 18 %p", (void*)&sem);
}

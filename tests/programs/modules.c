// A library is used and closed, and another takes its place at the same address.
#include <dlfcn.h>
#include <link.h>
#include <semaphore.h>

#include "tests/programs/expect.h"

static char folder[4096];
static sem_t sem;

// Opens a plugin by its whole path and runs it: threads wait inside.  Returns where it lies.
static unsigned long run(const char* name, void** plugin) {
  char path[8192];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  *plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  must(*plugin);
  int (*const plugin_run)(sem_t*) = (int (*)(sem_t*))dlsym(*plugin, "plugin_run");
  must(plugin_run && plugin_run(&sem) == 301);
  const struct link_map* const map = *plugin;
  return map->l_addr;
}

int main(int argc, char** argv) {
  (void)argc;
  sem_init(&sem, 0, 0);
  snprintf(folder, sizeof folder, "%s", argv[0]);
  char* const slash = strrchr(folder, '/');
  must(slash);
  *slash = 0;
  int tries = 0, same = 0;
  while (!same && tries < 50) {
    void *first, *second;
    const unsigned long before = run("libplugin_1.so", &first);
    must(dlclose(first) == 0);
    same = run("libplugin_2.so", &second) == before;
    must(dlclose(second) == 0);
    tries++;
  }
  must(same);
  dlopen("/nonexistent/plugin.so", RTLD_NOW);
  printf("%s\n", dlerror());
  expect("module %d libplugin_1.so", tries);
  expect("module %d libplugin_2.so", tries);
  expect("gone %d", 2 * tries);
  expect("module 1 modules");
  expect("module 1 libthrace.so");
}

// A library is loaded and nothing is asked of it; the program ends without its destructors.
#include "tests/programs/expect.h"

#include <dlfcn.h>

int main(int argc, char** argv) {
  (void)argc;
  char path[4096];
  snprintf(path, sizeof path, "%s", argv[0]);
  char* const slash = strrchr(path, '/');
  must(slash);
  snprintf(slash, 64, "/libplugin_1.so");
  must(dlopen(path, RTLD_NOW | RTLD_LOCAL));
  expect("listed 1 libplugin_1.so");
  expect("listed 1 modules_silent");
  for (int i = 0; i < 16; i++) usleep(100000);  // longer than a generation
  puts("done");
  fflush(stdout);
  _exit(0);
}

// The first of two libraries that are mapped at the same place.
#include "tests/stacks/wait_here.h"

extern "C" void plugin_entry(int path) {
  wait_here(path);  // @a.40
  STAY;
}

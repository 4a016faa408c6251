// The second of two libraries that are mapped at the same place: its code differs from the first's.
#include "tests/stacks/wait_here.h"

namespace {
NOINLINE void plugin_other(int path, long room) {
  volatile long local[6] = {room};
  wait_here(path);  // @b.41
  local[1] = local[0];
}
}  // namespace

extern "C" void plugin_entry(int path) {
  plugin_other(path, path + 1L);  // @b.42
  STAY;
}

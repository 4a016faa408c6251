// A module whose functions call what they are given; one has a frame of FRAME bytes.
__attribute__((noinline)) int plugin_call(void (*function)(void)) {
  volatile char bytes[FRAME];
  bytes[0] = 1;
  __asm__ volatile("" ::"r"(bytes) : "memory");  // all of it is used
  function();
  return bytes[0];
}

__attribute__((noinline)) int plugin_deep(int depth, void (*function)(void)) {
  int result = depth ? plugin_deep(depth - 1, function) : plugin_call(function);
  __asm__ volatile("" : "+r"(result));  // not a loop
  return result + 1;
}

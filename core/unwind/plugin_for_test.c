// A module whose function has a frame of FRAME bytes and calls what it is given.
int plugin_call(void (*function)(void)) {
  volatile char bytes[FRAME];
  bytes[0] = 1;
  function();
  return bytes[0];
}

/* A library to preload that does nothing. */
int thrace_stand_in;

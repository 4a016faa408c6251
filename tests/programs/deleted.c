// A program whose file is removed while it runs.
#include <sys/stat.h>

#include "tests/programs/expect.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* lock_of_deleted(void* tid) {
  put(tid, own_tid());
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  return NULL;
}

static void copy(const char* from, const char* to) {
  static char buffer[1 << 16];
  const long in = raw(SYS_open, from, O_RDONLY | O_CLOEXEC);
  const long out = raw(SYS_open, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
  must(in >= 0 && out >= 0);
  for (long count; (count = raw(SYS_read, in, buffer, sizeof buffer)) > 0;)
    must(raw(SYS_write, out, buffer, count) == count);
  raw(SYS_close, in);
  raw(SYS_close, out);
}

int main(int argc, char** argv) {
  if (argc == 1) {
    char path[64];
    snprintf(path, sizeof path, "/tmp/thrace-deleted.%d", own_tid());
    copy("/proc/self/exe", path);
    expect("images 2");
    execl(path, path, "removed", NULL);
    must(0);
  }
  must(raw(SYS_unlink, argv[0]) == 0);
  int tid = 0;
  pthread_mutex_lock(&mutex);
  const pthread_t thread = start(lock_of_deleted, &tid);
  await_futex(await_any(&tid), &mutex, sizeof mutex);
  nap(2000000);  // long enough for the collector to look at what it records
  pthread_mutex_unlock(&mutex);
  pthread_join(thread, NULL);
  expect("wait mutex 1 %p", (void*)&mutex);
  expect("module 1 %s", strrchr(argv[0], '/') + 1);
  expect("attached 1 %s", strrchr(argv[0], '/') + 1);
  expect("attached 2 [vdso]");
  expect("function lock_of_deleted");
  puts("done");
}

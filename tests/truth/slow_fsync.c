// A slow fsync under a lock: the logger has written some megabytes and forces them to the disk
// while it holds the lock that three others want for a moment only.  Argument: the file.
#include "tests/truth/truth.h"

enum { kUsers = 3, kMost = 12, kSize = 4 << 20, kMostBlocks = 64, kSlow = 5000 /* us */ };
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char block[kSize];
static int over, fd;
static long notes;

// Returns how long the disk took, in us.
FRAME static long flush(void) {
  const long begin = now_us();
  must(fsync(fd) == 0);  // FSYNC
  return now_us() - begin;
}

// Only what makes it last; the disk is asked under the lock.
static void append(int blocks) {
  for (long done = 0; done < (long)blocks * kSize;) {
    const long at = done % kSize, written = write(fd, block + at, (size_t)(kSize - at));
    must(written > 0);
    done += written;
  }
}

FRAME static long commit(void) {
  pthread_mutex_lock(&log_lock);
  const long took = flush();
  pthread_mutex_unlock(&log_lock);  // RELEASE
  return took;
}

FRAME static void note(void) {
  pthread_mutex_lock(&log_lock);  // WANT
  notes++;
  pthread_mutex_unlock(&log_lock);
}

static void* use(void* number) {
  name_thread("user", (long)number);
  while (!get(&over)) {
    note();
    nap(1000);
  }
  return NULL;
}

static void* keep_log(void* unused) {
  name_thread("logger", 0);
  long total = 0;
  int rounds = 0, blocks = 1;
  for (const long end = now_us() + 1000000; rounds < kMost && now_us() < end; rounds++) {
    memset(block, 'a' + rounds, sizeof block);
    append(blocks);
    const long took = commit();
    total += took;
    if (took < kSlow && blocks < kMostBlocks) blocks *= 2;  // a fast disk has more to do
    nap(3000);
  }
  put(&over, 1);
  if (total / rounds < 3000) exit(77);  // this disk is too fast for the story
  return unused;
}

int main(int argc, char** argv) {
  must(argc == 2);
  must((fd = open(argv[1], O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600)) >= 0);
  pthread_t users[kUsers];
  const pthread_t logger = start(keep_log, NULL);
  for (long i = 0; i < kUsers; i++) users[i] = start(use, (void*)(i + 1));
  for (int i = 0; i < kUsers; i++) pthread_join(users[i], NULL);
  pthread_join(logger, NULL);
  must(unlink(argv[1]) == 0);
  puts("logged");
}

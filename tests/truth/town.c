// A town where everything happens at once, as long as one wishes: miners want few of many locks,
// from many places; carriers queue at a store; scribes read and write; a pair plays ping-pong.
// Argument: rounds.  24 threads, 130 objects, thousands of stacks; tests/truth/scale.py measures
// the verbs on it.
#include <semaphore.h>

#include "tests/truth/truth.h"

enum { kMiners = 12, kCarriers = 6, kScribes = 4, kShafts = 128, kPaths = 1024, kRoom = 4 };
static pthread_mutex_t shafts[kShafts], store_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER, not_full = PTHREAD_COND_INITIALIZER;
static sem_t ping, pong;
static long rounds, ore[kShafts];
static int stored;

static unsigned roll(unsigned* state) { return *state = *state * 1664525 + 1013904223; }

FRAME static void dig(unsigned shaft) {
  pthread_mutex_lock(&shafts[shaft]);
  ore[shaft]++;
  if (shaft < 4) work(2);  // the few that many want
  pthread_mutex_unlock(&shafts[shaft]);
}

// Goes down by one of two ways, a bit of the path each.
FRAME static void down_left(unsigned path, unsigned shaft);
FRAME static void down_right(unsigned path, unsigned shaft);

FRAME static void go_down(unsigned path, unsigned shaft) {
  if (path <= 1) {
    dig(shaft);
  } else if (path & 1) {
    down_left(path >> 1, shaft);
  } else {
    down_right(path >> 1, shaft);
  }
}

FRAME static void down_left(unsigned path, unsigned shaft) { go_down(path, shaft); }
FRAME static void down_right(unsigned path, unsigned shaft) { go_down(path, shaft); }

static void* mine(void* number) {
  name_thread("miner", (long)number);
  unsigned state = (unsigned)(long)number;
  for (long i = 0; i < 8 * rounds; i++) {
    // A path leads to its own shaft, or to one of the four that many want.
    const unsigned path = (roll(&state) >> 8) % kPaths;
    go_down(path + 1, path & 1 ? path % kShafts : path / 2 % 4);
  }
  return NULL;
}

FRAME static void bring(void) {
  pthread_mutex_lock(&store_lock);
  while (stored == kRoom) pthread_cond_wait(&not_full, &store_lock);
  stored++;
  pthread_cond_signal(&not_empty);
  pthread_mutex_unlock(&store_lock);
}

FRAME static void fetch(void) {
  pthread_mutex_lock(&store_lock);
  while (stored == 0) pthread_cond_wait(&not_empty, &store_lock);
  stored--;
  pthread_cond_signal(&not_full);
  pthread_mutex_unlock(&store_lock);
}

static void* carry(void* number) {
  name_thread("carrier", (long)number);
  for (long i = 0; i < rounds; i++) {
    if ((long)number % 2)
      bring();
    else
      fetch();
  }
  return NULL;
}

static void* scribble(void* number) {
  name_thread("scribe", (long)number);
  int pipes[2];
  char page[64] = "";
  must(pipe(pipes) == 0);
  for (long i = 0; i < 12 * rounds; i++) {
    must(write(pipes[1], page, sizeof page) == sizeof page);
    must(read(pipes[0], page, sizeof page) == sizeof page);
  }
  close(pipes[0]);
  close(pipes[1]);
  return NULL;
}

static void* play(void* first) {
  name_thread(first ? "ping" : "pong", 0);
  for (long i = 0; i < rounds; i++) {
    sem_post(first ? &ping : &pong);
    sem_wait(first ? &pong : &ping);
  }
  return NULL;
}

int main(int argc, char** argv) {
  must(argc == 2 && (rounds = atol(argv[1])) > 0);
  pthread_t threads[kMiners + kCarriers + kScribes + 2];
  int count = 0;
  for (int i = 0; i < kShafts; i++) must(pthread_mutex_init(&shafts[i], NULL) == 0);
  must(sem_init(&ping, 0, 0) == 0 && sem_init(&pong, 0, 0) == 0);
  for (long i = 1; i <= kMiners; i++) threads[count++] = start(mine, (void*)i);
  for (long i = 1; i <= kCarriers; i++) threads[count++] = start(carry, (void*)i);
  for (long i = 1; i <= kScribes; i++) threads[count++] = start(scribble, (void*)i);
  for (long i = 0; i < 2; i++) threads[count++] = start(play, (void*)i);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  puts("evening");
}

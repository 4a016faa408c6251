/* Condition variables of programs linked before glibc 2.3.2: their object holds a pointer, not the
 * variable, and must reach the old functions. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <string.h>

__asm__(".symver pthread_cond_init, pthread_cond_init@GLIBC_2.2.5");
__asm__(".symver pthread_cond_wait, pthread_cond_wait@GLIBC_2.2.5");
__asm__(".symver pthread_cond_signal, pthread_cond_signal@GLIBC_2.2.5");
__asm__(".symver pthread_cond_broadcast, pthread_cond_broadcast@GLIBC_2.2.5");
__asm__(".symver pthread_cond_destroy, pthread_cond_destroy@GLIBC_2.2.5");

static struct {
  void* object[2]; /* the size that it had */
  unsigned char beyond[48];
} cond;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int turn;

static void* other(void* unused) {
  (void)unused;
  for (int i = 0; i < 100; i++) {
    pthread_mutex_lock(&mutex);
    while (turn != 1) pthread_cond_wait((pthread_cond_t*)&cond, &mutex);
    turn = 0;
    pthread_cond_signal((pthread_cond_t*)&cond);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

int main(void) {
  pthread_t thread;
  memset(cond.beyond, 0xa5, sizeof cond.beyond);
  pthread_cond_init((pthread_cond_t*)&cond, NULL);
  pthread_create(&thread, NULL, other, NULL);
  for (int i = 0; i < 100; i++) {
    pthread_mutex_lock(&mutex);
    while (turn != 0) pthread_cond_wait((pthread_cond_t*)&cond, &mutex);
    turn = 1;
    pthread_cond_broadcast((pthread_cond_t*)&cond);
    pthread_mutex_unlock(&mutex);
  }
  pthread_join(thread, NULL);
  for (unsigned i = 0; i < sizeof cond.beyond; i++)
    if (cond.beyond[i] != 0xa5) {
      puts("the old object was taken for a new one");
      return 1;
    }
  pthread_cond_destroy((pthread_cond_t*)&cond);
  return 0;
}

/* dlopen and its like do what they do without us: whose search path counts, which object is the
 * next one, what dlerror says (modules.h, L1).  The libraries lie around this program:
 *
 *   libloader_caller.so    RUNPATH $ORIGIN/hidden; its next one is
 *   libloader_next.so
 *   libloader_old.so       RPATH $ORIGIN/hidden, the old kind
 *   hidden/libloader_bare.so    loaded by its bare name
 *   hidden/libloader_nested.so  loads that in its constructor, with a RUNPATH of its own
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static int failures;
#define HOLDS(condition)                                                                 \
  do {                                                                                   \
    if (!(condition)) printf("line %d: not so: %s\n", __LINE__, #condition), failures++; \
  } while (0)

int answer(void);
int next_answer(void);
void* load(const char* name, int flags);

typedef int (*Answer)(void);
typedef void* (*Load)(const char*, int);

static char folder[4096];
static const char* in_folder(const char* name) {
  static char path[8192];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static int answer_of(void* library) {
  Answer function = library ? (Answer)dlsym(library, "answer") : 0;
  return function ? function() : -1;
}

static void search_paths(void) {
  HOLDS(dlopen("libloader_bare.so", RTLD_NOW) == NULL); /* the program has no search path */
  void* const bare = load("libloader_bare.so", RTLD_NOW);
  HOLDS(answer_of(bare) == 7);
  HOLDS(bare && dlclose(bare) == 0);
  void* const origin = load("$ORIGIN/hidden/libloader_bare.so", RTLD_NOW);
  HOLDS(answer_of(origin) == 7);
  HOLDS(origin && dlclose(origin) == 0);
}

static void old_search_path(void) {
  void* const old = dlopen(in_folder("libloader_old.so"), RTLD_NOW | RTLD_LOCAL);
  HOLDS(old);
  Load load_old = old ? (Load)dlsym(old, "load") : 0;
  void* const bare = load_old ? load_old("libloader_bare.so", RTLD_NOW) : 0;
  HOLDS(answer_of(bare) == 7);
  HOLDS(bare && dlclose(bare) == 0);
  HOLDS(old && dlclose(old) == 0);
}

static void next_objects(void) {
  HOLDS(answer() == 1);
  HOLDS(next_answer() == 2);
  Answer by_version = (Answer)dlvsym(RTLD_NEXT, "dlclose", "GLIBC_2.2.5");
  HOLDS(by_version);
  HOLDS(dlsym(RTLD_NEXT, "no such symbol") == NULL);
  HOLDS(dlsym(RTLD_DEFAULT, "answer") == (void*)answer);
}

static void messages(void) {
  errno = 0;
  dlerror();
  HOLDS(dlerror() == NULL);
  HOLDS(dlopen("/nonexistent/x.so", RTLD_NOW) == NULL);
  const char* const message = dlerror();
  HOLDS(message && strstr(message, "/nonexistent/x.so"));
  HOLDS(dlerror() == NULL);
  HOLDS(dlsym(RTLD_DEFAULT, "no_such_symbol") == NULL);
  HOLDS(dlerror() != NULL);
  errno = 77;
  void* const self = dlopen(NULL, RTLD_NOW);
  HOLDS(self && errno == 77);
  HOLDS(dlclose(self) == 0 && errno == 77);
}

static void nested(void) {
  void* const library = load("libloader_nested.so", RTLD_NOW);
  HOLDS(library);
  void** const inner = library ? (void**)dlsym(library, "loaded") : 0;
  HOLDS(inner && answer_of(*inner) == 7);
  HOLDS(library && dlclose(library) == 0);
}

/* Libraries that bind to their own symbols first, and those of another namespace. */
static void scopes(void) {
  void* const deep = dlopen(in_folder("libloader_next.so"), RTLD_NOW | RTLD_DEEPBIND | RTLD_LOCAL);
  HOLDS(answer_of(deep) == 2);
  void* const apart = dlmopen(LM_ID_NEWLM, in_folder("libloader_caller.so"), RTLD_NOW);
  HOLDS(answer_of(apart) == 1);
  Load load_apart = apart ? (Load)dlsym(apart, "load") : 0;
  void* const bare = load_apart ? load_apart("libloader_bare.so", RTLD_NOW) : 0;
  HOLDS(answer_of(bare) == 7);
  Lmid_t space = LM_ID_BASE;
  HOLDS(bare && dlinfo(bare, RTLD_DI_LMID, &space) == 0 && space != LM_ID_BASE);
  HOLDS(apart && dlclose(apart) == 0);
}

static void* open_and_close(void* name) {
  for (int i = 0; i < 200; i++) {
    void* const library = load(name, RTLD_NOW);
    if (answer_of(library) != 7 || dlclose(library) != 0) return "failed";
  }
  return NULL;
}

static void in_threads(void) {
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], 0, open_and_close, "libloader_bare.so");
  for (int i = 0; i < 4; i++) {
    void* result;
    pthread_join(threads[i], &result);
    HOLDS(result == NULL);
  }
}

int main(int argc, char** argv) {
  (void)argc;
  snprintf(folder, sizeof folder, "%s", argv[0]);
  char* const slash = strrchr(folder, '/');
  if (slash) *slash = 0;
  search_paths();
  old_search_path();
  next_objects();
  messages();
  nested();
  scopes();
  in_threads();
  printf("%d failures\n", failures);
  return failures != 0;
}

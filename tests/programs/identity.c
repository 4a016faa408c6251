// What a program can see of itself: threads, descriptors, signals, limits, environment; as if untraced.
#include "tests/programs/expect.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static void count(const char* path, const char* what) {
  DIR* const directory = opendir(path);
  int entries = 0;
  for (const struct dirent* entry; (entry = readdir(directory));) {
    if (entry->d_name[0] == '.') continue;
    entries++;
    char link[300], target[256];
    snprintf(link, sizeof link, "%s/%s", path, entry->d_name);
    const ssize_t length = readlink(link, target, sizeof target - 1);
    // The harness's own pipes have other numbers each time; of the directory itself only the number.
    if (length <= 0) continue;
    target[atoi(entry->d_name) == dirfd(directory) ? 0 : length] = 0;
    printf(" %s%.5s", entry->d_name, target);
  }
  closedir(directory);
  printf("\n%s: %d\n", what, entries);
}

static void lines(const char* path, const char* const* wanted) {
  FILE* const file = fopen(path, "r");
  char line[512];
  while (fgets(line, sizeof line, file))
    for (const char* const* name = wanted; *name; name++)
      if (!strncmp(line, *name, strlen(*name))) fputs(line, stdout);
  fclose(file);
}

extern char** environ;

int main(int argc, char** argv) {
  static const char* const wanted[] = {"Name:", "Uid:", "Gid:", "Groups:", "Threads:", "SigPnd:", "ShdPnd:",
      "SigBlk:", "SigIgn:", "SigCgt:", "Cap", "NoNewPrivs:", "Seccomp:", "CoreDumping:", "Umask:",
      "TracerPid:", "Cpus_allowed:", NULL};
  for (int i = 0; i < argc; i++) printf("argument %d: %s\n", i, i ? argv[i] : strrchr(argv[0], '/') + 1);
  count("/proc/self/fd", "descriptors");
  count("/proc/self/task", "threads");
  lines("/proc/self/status", wanted);
  for (int i = 1; i < NSIG; i++) {
    struct sigaction action;
    if (sigaction(i, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
      printf("signal %d: %s\n", i, action.sa_handler == SIG_IGN ? "ignored" : "handled");
  }
  stack_t stack;
  sigaltstack(NULL, &stack);
  printf("altstack: %d\n", stack.ss_flags);
  for (int i = 0; i < RLIM_NLIMITS; i++) {
    struct rlimit limit;
    getrlimit((__rlimit_resource_t)i, &limit);
    printf("limit %d: %ld %ld\n", i, (long)limit.rlim_cur, (long)limit.rlim_max);
  }
  for (char** variable = environ; *variable; variable++)
    if (strncmp(*variable, "LD_PRELOAD=", 11) && strncmp(*variable, "THRACE_", 7)) puts(*variable);
  printf("dumpable %d, nice %d, policy %d, securebits %d, timerslack %d\n",
         prctl(PR_GET_DUMPABLE), getpriority(PRIO_PROCESS, 0), sched_getscheduler(0),
         prctl(PR_GET_SECUREBITS), prctl(PR_GET_TIMERSLACK));
  printf("children: ");
  lines("/proc/thread-self/children", (const char* const[]){"", NULL});
  printf("\npending timers: ");
  lines("/proc/self/timers", (const char* const[]){"", NULL});
  puts("");
}

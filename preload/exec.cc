// The wrappers of exec: one image ends, the next starts with the environment that the program gives
// it.
#include <alloca.h>
#include <stdarg.h>

#include "preload/around.h"
#include "preload/real.h"

extern "C" char** environ;

namespace thrace {
#define EXEC(name, params, args)                      \
  THRACE_HOOK(int, name, params) {                    \
    return replacing([=] { return real.name args; }); \
  }

EXEC(execve, (const char* path, char* const* argv, char* const* envp), (path, argv, envp))
EXEC(execv, (const char* path, char* const* argv), (path, argv))
EXEC(execvp, (const char* file, char* const* argv), (file, argv))
EXEC(execvpe, (const char* file, char* const* argv, char* const* envp), (file, argv, envp))
EXEC(execveat, (int dir, const char* path, char* const* argv, char* const* envp, int flags),
     (dir, path, argv, envp, flags))
EXEC(fexecve, (int fd, char* const* argv, char* const* envp), (fd, argv, envp))

// As in libc, the array of the arguments is made on the stack: exec may be called where malloc may
// not.
#define EXEC_LIST(name, find_envp, make)                                        \
  THRACE_HOOK(int, name, (const char* file, const char* first, ...)) {          \
    va_list list;                                                               \
    size_t count = 1;                                                           \
    va_start(list, first);                                                      \
    if (first)                                                                  \
      while (va_arg(list, const char*)) count++;                                \
    va_end(list);                                                               \
    auto** argv = static_cast<char**>(alloca((count + 1) * sizeof(char*)));     \
    argv[0] = const_cast<char*>(first);                                         \
    va_start(list, first);                                                      \
    for (size_t i = 1; first && i <= count; i++) argv[i] = va_arg(list, char*); \
    char** envp = find_envp;                                                    \
    va_end(list);                                                               \
    if (!first) argv[0] = nullptr;                                              \
    return replacing([=] { return make; });                                     \
  }

EXEC_LIST(execl, environ, real.execve(file, argv, envp))
EXEC_LIST(execlp, environ, real.execvpe(file, argv, envp))
EXEC_LIST(execle, va_arg(list, char**), real.execve(file, argv, envp))

}  // namespace thrace

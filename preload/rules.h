// The rules for a guest in somebody else's process (design, section 6), cited by number in the
// code.
//
//   G1   libc is the only library needed; nothing but the wrappers is visible; few words of TLS.
//   G2   Real functions are found once, in the constructor; earlier calls pass through correctly.
//   G3   Results, errno and cancellation are the real call's; no destructor is needed, none throws.
//   G4   Nothing of ours calls an interposable function, allocates or locks.
//   G5   Every kind of mutex keeps its meaning.
//   G6   The children of fork, clone and vfork never write into their parent's chunks.
//   G7   Every way out keeps the data; nothing waits for a thread to leave a wrapper.
//   G8   Signals and small stacks: at most 512 bytes of frame; no frame around what returns twice.
//   G9   No thread, descriptor, file or output of ours inside the program.
//   G10  What cannot be recorded runs untraced; the program never suffers.
#pragma once

#define THRACE_EXPORT [[gnu::visibility("default")]]
#define THRACE_COLD [[gnu::cold, gnu::noinline]]

// Defines the wrapper that the program calls as `name`.  The label, not the identifier, carries the
// name, so that it need not agree with the attributes of the system's headers.
#define THRACE_HOOK(ret, name, params)          \
  namespace hook {                              \
  THRACE_EXPORT ret name params __asm__(#name); \
  }                                             \
  ret hook::name params

// The same for one version of a name (see exports.map): "@GLIBC_..., remove" if it is an old one,
// "@@@GLIBC_..." if it is the one that programs are linked with today.
#define THRACE_HOOK_VERSION(ret, id, name, at_version, params) \
  namespace hook {                                             \
  __asm__(".symver thrace_" #id ", " #name at_version);        \
  THRACE_EXPORT ret id params __asm__("thrace_" #id);          \
  }                                                            \
  ret hook::id params

// Another name for a wrapper defined above in the same file.
#define THRACE_HOOK_ALIAS(other, name)                                                            \
  namespace hook {                                                                                \
  THRACE_EXPORT extern decltype(name) also_##other __asm__(#other) __attribute__((alias(#name))); \
  }

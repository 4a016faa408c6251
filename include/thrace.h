/* Annotations: what a program may tell thrace about itself.  Nothing needs to be linked: where the
 * program is not run under thrace, each call is a test of a pointer against null.
 *
 * All functions may be called from any thread and signal handler.  They neither lock nor allocate and
 * leave errno alone.  A name is copied; of more than 64 bytes the rest is left out.
 *
 * A program that is not position-independent must be compiled with -fPIE or -fPIC to be heard: its
 * linker resolves the names below to null for good.
 */
#ifndef THRACE_H
#define THRACE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* libthrace.so has these; call the functions below instead. */
__attribute__((weak)) void thrace_annotate_object(const void* object, size_t size, const char* name);
__attribute__((weak)) void thrace_annotate_thread(const char* name);

/* Reports call the `size` bytes from `object` on `name` from now on, and a lock or the like inside of
 * them "name+0x28".  An object that encloses a named one, or overlaps it, takes its name away.  Before
 * its memory is used for something else, say thrace_forget_object().  Up to 4096 objects keep their names
 * at a time; those named beyond have them for a second or so. */
static inline void thrace_name_object(const void* object, size_t size, const char* name) {
  if (thrace_annotate_object) thrace_annotate_object(object, size, name);
}

/* The name of the object that `object` lies in means nothing any longer. */
static inline void thrace_forget_object(const void* object) {
  if (thrace_annotate_object) thrace_annotate_object(object, 1, NULL);
}

/* The calling thread is called `name` from now on, in reports alone: unlike the kernel's, which
 * pthread_setname_np() sets, such a name may be longer than 15 bytes. */
static inline void thrace_name_thread(const char* name) {
  if (thrace_annotate_thread) thrace_annotate_thread(name);
}

#ifdef __cplusplus
}
#endif

#endif /* THRACE_H */

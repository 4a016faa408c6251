// The life of tasks (Gs), of the threads (Ms) that run them, and of the process: what start-up, the
// wrapper of pthread_create and those of fork call.
#pragma once

#include <cstdint>

#include "core/tracer/local.h"

namespace thrace {

// --- Process -------------------------------------------------------------------------------------

// Who this process image is.
struct Identity {
  int32_t pid = 0;
  int32_t ppid = 0;
  const char* name = "";        // the kernel's, of the calling thread
  const char* executable = "";  // path
  const char* const* arguments = nullptr;  // as main gets them, ends with nullptr
};

// Takes a mapped arena, claims a process slot for this image, makes the calling thread its first and
// arms the tracer.  Called once, by the constructor, while single-threaded.  `light_fence`: membarrier
// registration succeeded.  False (and disarmed for good) if no slot is free or the arena is not open.
bool start_process(char* base, const Identity& identity, bool light_fence);

// Disarms this process for good (no arena, a failure at start).
void disarm();

// In the child of a fork: claims a process slot for it.  recording() does the same at the child's
// first traced call; the wrappers of fork call it at once, so that the collector knows the child
// before its parent can die.
void claim_after_fork();

// Around a fork, in the parent: the child is announced, so that the collector waits for its claim.
void fork_begin();
void fork_failed();

// The image is about to be replaced / was not.
void exec_begin();
void exec_failed();

// Process 1 of a container takes the collector with it: at its exit it waits until everything is
// written, for at most two seconds (T9).  For other processes nothing happens.
void finish_session();

// While > 0 the calling thread's calls pass through unrecorded (vfork's child), and so do those of its
// signal handlers.
inline void mute() {
  t_local.muted++;
  compiler_fence();
}
inline void unmute() {
  compiler_fence();
  t_local.muted--;
}

// --- Tasks ---------------------------------------------------------------------------------------

// Before the real pthread_create: writes GoCreate and names a Thread for the child.  Returns its
// slot; 0: the child is not traced as a known task (not recording, no slot, GoCreate was lost): it
// then appears as a foreign thread.
uint32_t create_task(const void* start_routine);

// The real call failed with this errno: GoCreateFailed; the slot is free again.
void create_failed(uint32_t slot, uint32_t error);

// In the new thread, first thing: becomes that Thread and writes GoStart.  `handle`: pthread_self();
// stack bounds may be 0, 0 (not known).
void adopt_task(uint32_t slot, uint64_t handle, uint64_t stack_low, uint64_t stack_high);

// The task of the calling thread ends: Wake(Exit) for its joiners, GoDestroy.  Traced calls that
// follow (destructors) make it a foreign thread with a G of its own.
void end_task();

// A name for the task of the thread with this pthread_t (its own or another's of this process).
void label_task(uint64_t handle, const char* name);

// The calling thread's kernel tid as recorded; 0 if it is not traced.
inline uint32_t current_tid() {
  return t_local.m ? static_cast<uint32_t>(t_local.m->tid.load(std::memory_order_relaxed)) : 0;
}

}  // namespace thrace

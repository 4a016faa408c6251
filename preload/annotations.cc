// What a program that uses include/thrace.h calls: names that it gives to its threads and objects.
#include <pthread.h>

#include <algorithm>

#include "core/tracer/gate.h"
#include "core/tracer/object_event.h"
#include "core/tracer/task.h"
#include "include/thrace.h"

namespace thrace {
namespace {

// A program may say that an object has no name with either.
const char* text_of(const char* name) { return name ? name : ""; }

}  // namespace
}  // namespace thrace

extern "C" {

[[gnu::visibility("default")]] void thrace_annotate_object(const void* object, size_t size,
                                                           const char* name) {
  using namespace thrace;
  if (!object || !recording()) return;
  record_object_name(reinterpret_cast<uint64_t>(object),
                     static_cast<uint32_t>(std::clamp<size_t>(size, 1, UINT32_MAX)), text_of(name));
}

[[gnu::visibility("default")]] void thrace_annotate_thread(const char* name) {
  using namespace thrace;
  if (recording()) label_task(pthread_self(), text_of(name));
}

}  // extern "C"

// Writing the names of objects.
#include "core/tracer/object_event.h"

#include "core/tracer/gate.h"

namespace thrace {

void record_object_name(uint64_t object, uint32_t size, const char* name) {
  const TraceLocker gate = acquire();
  if (gate.ok()) gate.event_text(Event::ObjectName, size, {object}, name);
}

}  // namespace thrace

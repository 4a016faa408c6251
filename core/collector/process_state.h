// What the collector knows of one process image.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/collector/descriptors.h"
#include "core/collector/discovery.h"
#include "core/collector/generation_text.h"
#include "core/collector/images.h"
#include "core/collector/m_state.h"
#include "core/collector/modules.h"
#include "core/collector/object_names.h"
#include "core/collector/trace_sink.h"
#include "core/collector/whereabouts.h"

namespace thrace::collector {

inline constexpr size_t kHandOn = 64 << 10;  // bytes worth a message to the sink

struct ProcessState {
  uint32_t slot = 0;
  int32_t own_pid = 0;  // as it knows itself
  int32_t pid = 0;      // as the collector knows it; 0: that is not certain
  bool nested = false;  // in a pid namespace of its own: its threads have other numbers here, too
  uint32_t image = 0;
  std::vector<int32_t> pids;  // processes of which it is one
  std::vector<int> pidfds;    // of these; none: /proc is asked instead
  std::string name;  // the kernel's when the image was first seen: what its threads are born with
  std::unique_ptr<TraceSink> sink;
  std::vector<MState*> threads;
  std::shared_ptr<Modules> modules;
  std::shared_ptr<ObjectNames> objects;
  std::unique_ptr<Images> images;
  std::unique_ptr<Discovery> discovery;
  std::unique_ptr<Descriptors> descriptors;
  Maps maps{0};
  NestedThreads nested_threads{0};

  // The open generations.  While an advance is under way there are two; what is encoded for the
  // newer one waits here until the older one is closed.
  std::unique_ptr<GenerationText> closing;
  std::unique_ptr<GenerationText> current;

  // False until there is an event: a file begins with the generation of its first one, so that a
  // process that claimed its slot just before an advance does not begin in a generation without it.
  bool begun = false;
  bool dead = false;

  // Starts a generation; `start`: ticks.
  void begin_text(uint32_t gen, uint64_t start) {
    current = std::make_unique<GenerationText>(gen, start, *modules, *objects, descriptors.get());
  }

  // The open text of a generation; nullptr: it is closed.
  GenerationText* text(uint32_t gen) {
    if (closing && closing->gen == gen) return closing.get();
    return current && current->gen == gen ? current.get() : nullptr;
  }

  // Hands on what may be handed on, from `least` bytes.
  void hand_on(size_t least) {
    GenerationText& oldest = closing ? *closing : *current;
    begun = begun || oldest.last_event != 0;
    if (!begun || oldest.out.empty() || oldest.out.size() < least) return;
    sink->data(std::move(oldest.out));
    oldest.out.clear();
    if (least == kHandOn) oldest.out.reserve(2 * kHandOn);  // it fills quickly
  }
};

}  // namespace thrace::collector

// One generation of one process image as it is being encoded: its tables and its batches.
#pragma once

#include <cstdint>
#include <string>

#include "core/collector/descriptors.h"
#include "core/collector/modules.h"
#include "core/collector/object_names.h"
#include "core/collector/stacks.h"
#include "core/collector/strings.h"

namespace thrace::collector {

struct GenerationText {
  GenerationText(uint32_t gen, uint64_t start, Modules& modules, ObjectNames& objects,
                 Descriptors* descriptors = nullptr)
      : gen(gen),
        start(start),
        modules(modules),
        objects(objects),
        descriptors(descriptors),
        last_table(start) {}

  uint32_t gen;
  uint64_t start;            // ticks
  Modules& modules;          // of the image
  ObjectNames& objects;      // of the image
  Descriptors* descriptors;  // of the image; nullptr: nobody can be asked
  DescriptorSet looked_at;
  uint64_t last_table;      // time of M 0's last event
  uint64_t last_event = 0;  // latest time of all events
  Strings strings;
  Stacks stacks;
  std::string out;     // encoded, not handed on yet
  uint64_t bytes = 0;  // encoded so far
};

}  // namespace thrace::collector

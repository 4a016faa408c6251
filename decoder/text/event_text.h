// The text form of an event: its name, then name=value for each argument, all from the event table.
#pragma once

#include <string>

#include "core/format/batch.h"
#include "decoder/input/clock.h"

namespace thrace {

// How arguments that are times are printed.
enum class TimeForm : uint8_t {
  Relative,  // ticks, relative to the event: since=-20 (the file's form, read by assemble)
  Absolute,  // ticks
};

// "GoBlock reason=mutex object=0x10 owner=0".
std::string event_text(const EventView& event, TimeForm form);

// "GoBlock dt=5 reason=mutex object=0x10 owner=0": a line of the text twin, times relative.
std::string twin_text(const EventView& event, uint64_t dt);

// As event_text, with times in ns since the start of the run; `shift`: the start of the trace in
// it.
std::string event_text(const EventView& event, const Clock& clock, int64_t shift);

}  // namespace thrace

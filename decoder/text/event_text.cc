// Printing events.
#include "decoder/text/event_text.h"

#include <fmt/core.h>

#include "core/format/frames.h"
#include "decoder/text/escape.h"

namespace thrace {
namespace {

// Frames as "0x1,0x2", or quoted bytes if that is not what they are.
std::string frames_text(std::string_view bytes) {
  std::vector<uint64_t> frames;
  if (!decode_frames(bytes, frames)) return quote(bytes);
  std::string out;
  for (const uint64_t frame : frames) out += fmt::format("{}{:#x}", out.empty() ? "" : ",", frame);
  return out.empty() ? "\"\"" : out;
}

// All but times.
std::string value_text(const EventView& event, size_t index) {
  const uint64_t value = event.args[index];
  const ArgType type = event.spec->args[index].type;
  if (type == ArgType::Int) return fmt::format("{}", static_cast<int64_t>(value));
  if (type == ArgType::Address) return fmt::format("{:#x}", value);
  if (type == ArgType::Bytes) return quote(event.bytes);
  if (type == ArgType::Frames) return frames_text(event.bytes);
  if (is_enum(type))
    if (const auto text = enum_text(type, value); !text.empty()) return std::string(text);
  return fmt::format("{}", value);
}

std::string relative(const EventView& event, uint64_t time) {
  return fmt::format("{:+}", static_cast<int64_t>(time - event.time));
}

template <typename Time>
std::string text_of(const EventView& event, std::string head, Time time_text) {
  for (size_t i = 0; i < event.spec->nargs; i++) {
    const ArgSpec& arg = event.spec->args[i];
    head += ' ';
    head += arg.name;
    head += '=';
    head += arg.type == ArgType::Time ? time_text(event.args[i]) : value_text(event, i);
  }
  if (event.stack) head += fmt::format(" stack={}", event.stack);
  return head;
}

}  // namespace

std::string event_text(const EventView& event, TimeForm form) {
  return text_of(event, std::string(event.spec->name), [&](uint64_t time) {
    return form == TimeForm::Relative ? relative(event, time) : fmt::format("{}", time);
  });
}

std::string twin_text(const EventView& event, uint64_t dt) {
  return text_of(event, fmt::format("{} dt={}", event.spec->name, dt),
                 [&](uint64_t time) { return relative(event, time); });
}

std::string event_text(const EventView& event, const Clock& clock, int64_t shift) {
  return text_of(event, std::string(event.spec->name),
                 [&](uint64_t time) { return fmt::format("{}", clock.since(shift, time)); });
}

}  // namespace thrace

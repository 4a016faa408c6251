// Event numbers and the enumerations that are on disk, as C++ types; and the specification of each
// event.  Everything here is made from event_table.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/format/event_table.h"

namespace thrace {

enum class Event : uint8_t {
  None = 0,
#define X(number, name, writer, args, doc) name = number,
  THRACE_EVENTS(X)
#undef X
};

#define V(number, name, text) name = number,
enum class Status : uint8_t { None = 0, THRACE_STATUSES(V) };
enum class WaitReason : uint8_t { None = 0, THRACE_WAITS(V) };
enum class Outcome : uint8_t { THRACE_OUTCOMES(V) };
enum class WakeKind : uint8_t { None = 0, THRACE_WAKES(V) };
enum class StopReason : uint8_t { None = 0, THRACE_STOPS(V) };
enum class EndReason : uint8_t { None = 0, THRACE_ENDS(V) };
enum class StackEnd : uint8_t { None = 0, THRACE_STACK_ENDS(V) };
#undef V

// `error` of a GoSyscallEnd whose call did not return: beyond all errnos.
inline constexpr uint32_t kSyscallInterrupted = 512;  // a handler runs traced code; the call goes on
inline constexpr uint32_t kSyscallAbandoned = 513;    // left by cancellation, exception or long jump

// How an argument is encoded in the file and printed.  Wire form: varint, unless said otherwise.
enum class ArgType : uint8_t {
  Uint,     // plain number
  Int,      // signed number: zigzag
  Address,  // zigzag difference to the previous Address of the batch (first: to 0)
  Time,     // zigzag difference to the time of the event that carries it, in ticks
  Task,     // id of a G
  Thread,   // id of an M
  String,   // id of a String of this generation
  Bytes,    // varint length, then the bytes
  Frames,   // varint length, then for each frame the zigzag difference to the one before (frames.h)
  Syscall,  // system call number
  Status,
  Wait,
  Outcome,
  Wake,
  Stop,
  End,
  StackEnd,
};

struct ArgSpec {
  std::string_view name;
  ArgType type;
};

enum class Writer : uint8_t { Guest, Collector };

inline constexpr size_t kMaxArgs = 7;

// Bit 7 of a type byte (E4).
inline constexpr uint8_t kStackBit = 0x80;

// The most frames of a stack.
inline constexpr uint32_t kMaxFrames = 128;

// A frame below this is no address but a gap: so many frames were left out there, in the middle of a
// stack that has more than were wanted.  No program has code there (vm.mmap_min_addr, and the pages of
// an executable's header).
inline constexpr uint64_t kLowestCode = 0x1000;

constexpr bool is_gap(uint64_t frame) { return frame < kLowestCode; }

struct EventSpec {
  Event number = Event::None;
  std::string_view name;
  Writer writer = Writer::Guest;
  std::string_view doc;
  size_t nargs = 0;
  ArgSpec args[kMaxArgs] = {};

  constexpr std::span<const ArgSpec> arguments() const { return {args, nargs}; }
};

// All events, in the order of the table.
std::span<const EventSpec> event_specs();

// The specification of an event number, or nullptr if this build does not know it.
const EventSpec* find_event(uint8_t number);

// The specification of an event name ("GoBlock"), or nullptr.
const EventSpec* find_event(std::string_view name);

// The text of an enumeration's value ("mutex"), or an empty view for an unknown one.  `type` is one
// of the enumerations of ArgType (Status .. StackEnd).
std::string_view enum_text(ArgType type, uint64_t value);

// The value of an enumeration's text; -1 if there is none.
int64_t enum_value(ArgType type, std::string_view text);

// True for the argument types whose values are an enumeration of the table.
constexpr bool is_enum(ArgType type) { return type >= ArgType::Status; }

}  // namespace thrace

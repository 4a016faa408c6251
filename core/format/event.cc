// The event table as data: specifications and look-ups by number, name and enumeration text.
#include "core/format/event.h"

#include <array>

namespace thrace {
namespace {

constexpr EventSpec kSpecs[] = {
#define A(name, type) ArgSpec{#name, ArgType::type},
#define X(number, name, writer, arguments, doc)                                               \
  [] {                                                                                        \
    constexpr ArgSpec list[] = {arguments};                                                   \
    static_assert(std::size(list) <= kMaxArgs);                                               \
    EventSpec spec{Event::name, #name, Writer::writer, doc, std::size(list), {}};             \
    for (size_t i = 0; i < std::size(list); i++) spec.args[i] = list[i];                      \
    return spec;                                                                              \
  }(),
    THRACE_EVENTS(X)
#undef X
#undef A
};

struct EnumText {
  ArgType type;
  uint8_t value;
  std::string_view text;
};

constexpr EnumText kTexts[] = {
#define V(number, name, text) {ArgType::Status, number, text},
    THRACE_STATUSES(V)
#undef V
#define V(number, name, text) {ArgType::Wait, number, text},
    THRACE_WAITS(V)
#undef V
#define V(number, name, text) {ArgType::Outcome, number, text},
    THRACE_OUTCOMES(V)
#undef V
#define V(number, name, text) {ArgType::Wake, number, text},
    THRACE_WAKES(V)
#undef V
#define V(number, name, text) {ArgType::Stop, number, text},
    THRACE_STOPS(V)
#undef V
#define V(number, name, text) {ArgType::End, number, text},
    THRACE_ENDS(V)
#undef V
#define V(number, name, text) {ArgType::StackEnd, number, text},
    THRACE_STACK_ENDS(V)
#undef V
};

constexpr auto kByNumber = [] {
  std::array<const EventSpec*, 256> table{};
  for (const EventSpec& spec : kSpecs) table[static_cast<uint8_t>(spec.number)] = &spec;
  return table;
}();

}  // namespace

std::span<const EventSpec> event_specs() { return kSpecs; }

const EventSpec* find_event(uint8_t number) { return kByNumber[number]; }

const EventSpec* find_event(std::string_view name) {
  for (const EventSpec& spec : kSpecs)
    if (spec.name == name) return &spec;
  return nullptr;
}

std::string_view enum_text(ArgType type, uint64_t value) {
  for (const EnumText& entry : kTexts)
    if (entry.type == type && entry.value == value) return entry.text;
  return {};
}

int64_t enum_value(ArgType type, std::string_view text) {
  for (const EnumText& entry : kTexts)
    if (entry.type == type && entry.text == text) return entry.value;
  return -1;
}

}  // namespace thrace

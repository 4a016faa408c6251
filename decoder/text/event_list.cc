// Printing of the event table.
#include "decoder/text/event_list.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "core/format/event.h"

namespace thrace {
namespace {

struct TypeName {
  ArgType type;
  const char* name;
};
constexpr TypeName kTypeNames[] = {
    {ArgType::Uint, "uint"},     {ArgType::Int, "int"},     {ArgType::Address, "address"},
    {ArgType::Time, "time"},     {ArgType::Task, "G"},      {ArgType::Thread, "M"},
    {ArgType::String, "string"}, {ArgType::Bytes, "bytes"}, {ArgType::Syscall, "syscall"},
    {ArgType::Status, "status"}, {ArgType::Wait, "wait"},   {ArgType::Outcome, "outcome"},
    {ArgType::Wake, "wake"},     {ArgType::Stop, "stop"},   {ArgType::End, "end"},
    {ArgType::StackEnd, "stack-end"}, {ArgType::Frames, "frames"},
};

const char* type_name(ArgType type) {
  for (const TypeName& entry : kTypeNames)
    if (entry.type == type) return entry.name;
  return "?";
}

// "reason:wait object:address".
std::string arguments(const EventSpec& spec, const char* separator) {
  std::string text;
  for (const ArgSpec& arg : spec.arguments())
    text += fmt::format("{}{}:{}", text.empty() ? "" : separator, arg.name, type_name(arg.type));
  return text;
}

const char* writer_name(Writer writer) { return writer == Writer::Guest ? "guest" : "collector"; }

// "1 runnable, 2 running".
std::string values(ArgType type) {
  std::string text;
  for (uint64_t value = 0; value < 256; value++)
    if (const auto name = enum_text(type, value); !name.empty())
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", value, name);
  return text;
}

}  // namespace

std::string event_list_text() {
  std::string out;
  for (const EventSpec& spec : event_specs())
    out += fmt::format("{:#04x} {}\n     {}\n     {}\n", static_cast<uint8_t>(spec.number),
                       spec.name, arguments(spec, " "), spec.doc);
  out += "\n";
  for (const TypeName& entry : kTypeNames)
    if (is_enum(entry.type)) out += fmt::format("{}: {}\n", entry.name, values(entry.type));
  return out;
}

std::string event_list_markdown() {
  std::string out =
      "| number | event | arguments | written by | meaning |\n|---|---|---|---|---|\n";
  for (const EventSpec& spec : event_specs())
    out += fmt::format("| {:#04x} | {} | {} | {} | {} |\n", static_cast<uint8_t>(spec.number),
                       spec.name, arguments(spec, ", "), writer_name(spec.writer), spec.doc);
  out += "\n| type | values |\n|---|---|\n";
  for (const TypeName& entry : kTypeNames)
    if (is_enum(entry.type)) out += fmt::format("| {} | {} |\n", entry.name, values(entry.type));
  return out;
}

std::string event_list_json() {
  nlohmann::ordered_json json;
  for (const EventSpec& spec : event_specs()) {
    nlohmann::ordered_json event;
    event["number"] = static_cast<uint8_t>(spec.number);
    event["name"] = spec.name;
    event["writer"] = writer_name(spec.writer);
    event["arguments"] = nlohmann::ordered_json::array();
    for (const ArgSpec& arg : spec.arguments())
      event["arguments"].push_back({{"name", arg.name}, {"type", type_name(arg.type)}});
    event["doc"] = spec.doc;
    json["events"].push_back(std::move(event));
  }
  for (const TypeName& entry : kTypeNames) {
    if (!is_enum(entry.type)) continue;
    for (uint64_t value = 0; value < 256; value++)
      if (const auto name = enum_text(entry.type, value); !name.empty())
        json["enumerations"][entry.name].push_back({{"value", value}, {"name", name}});
  }
  return json.dump(2) + "\n";
}

}  // namespace thrace

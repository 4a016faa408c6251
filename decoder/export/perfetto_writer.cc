// Interning, and the framing of packets.
#include "decoder/export/perfetto_writer.h"

#include <charconv>

#include "decoder/export/safe_text.h"
#include "decoder/export/stack_place.h"

namespace thrace {
namespace {

constexpr uint32_t kSequence = 1;
constexpr uint32_t kBeginsAnew = 1, kNeedsInterned = 2;
constexpr uint32_t kMonotonic = 3;
constexpr char kPacketTag = 1 << 3 | 2;  // Trace.packet

// The number of a text; a new one is described by what `add` returns.
template <typename Numbers, typename Add>
uint64_t intern(Numbers& numbers, std::string&& text, Add add) {
  const auto [entry, is_new] = numbers.try_emplace(std::move(text), numbers.size() + 1);
  if (is_new) add(entry->first, entry->second);
  return entry->second;
}

// As intern(), into a list of names or strings of the interned data.
#define THRACE_INTERN(numbers, list, setter, text)                    \
  intern(numbers, text, [&](const std::string& value, uint64_t iid) { \
    auto& entry = *interned().add_##list();                           \
    entry.set_iid(iid);                                               \
    entry.setter(value);                                              \
  })

// The bytes of a build-id; empty if it is none.
std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    uint8_t byte = 0;
    const char* end = hex.data() + i + 2;
    if (std::from_chars(hex.data() + i, end, byte, 16).ptr != end) return {};
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

}  // namespace

void PerfettoWriter::restart() {
  for (Numbers* numbers : {&names_seen_, &categories_, &annotations_, &values_, &functions_,
                           &paths_, &builds_, &sources_})
    numbers->clear();
  mappings_.clear();
  frames_.clear();
  callstacks_.clear();
  fresh_ = true;
}

perfetto::TracePacket& PerfettoWriter::begin(uint64_t time) {
  if (names_seen_.size() > kMaxInterned || values_.size() > kMaxInterned ||
      callstacks_.size() > kMaxInterned)
    restart();
  packet_.Clear();
  packet_.set_timestamp(time);
  packet_.set_trusted_packet_sequence_id(kSequence);
  packet_.set_sequence_flags(fresh_ ? kBeginsAnew | kNeedsInterned : kNeedsInterned);
  if (fresh_) packet_.mutable_trace_packet_defaults()->set_timestamp_clock_id(kMonotonic);
  fresh_ = false;
  return packet_;
}

perfetto::TrackEvent& PerfettoWriter::begin(uint64_t time, perfetto::TrackEvent::Type type,
                                            uint64_t track) {
  perfetto::TrackEvent& event = *begin(time).mutable_track_event();
  event.set_type(type);
  event.set_track_uuid(track);
  return event;
}

void PerfettoWriter::end() {
  packet_.SerializeToString(&bytes_);
  std::string head(1, kPacketTag);
  uint64_t size = bytes_.size();
  for (; size >= 0x80; size >>= 7) head += static_cast<char>(size | 0x80);
  head += static_cast<char>(size);
  failed_ = failed_ || std::fwrite(head.data(), 1, head.size(), out_) != head.size() ||
            std::fwrite(bytes_.data(), 1, bytes_.size(), out_) != bytes_.size();
}

uint64_t PerfettoWriter::name(std::string_view text) {
  return THRACE_INTERN(names_seen_, event_names, set_name, safe_text(text));
}

uint64_t PerfettoWriter::category(std::string_view text) {
  return THRACE_INTERN(categories_, event_categories, set_name, std::string(text));
}

uint64_t PerfettoWriter::annotation(std::string_view text) {
  return THRACE_INTERN(annotations_, debug_annotation_names, set_name, std::string(text));
}

uint64_t PerfettoWriter::value(std::string_view text) {
  return THRACE_INTERN(values_, debug_annotation_string_values, set_str, safe_text(text));
}

// Frames need a mapping each; what lies in no module is in one without a path.
uint64_t PerfettoWriter::mapping(ModuleIndex index) {
  const auto [entry, is_new] = mappings_.try_emplace(index, mappings_.size() + 1);
  if (!is_new) return entry->second;
  const Module* module = stacks_.modules().find(index);
  const std::string path = module ? safe_text(module->path) : "";
  const std::string build = module ? bytes_of(module->build_id) : "";
  const uint64_t path_id = THRACE_INTERN(paths_, mapping_paths, set_str, std::string(path));
  const uint64_t build_id = THRACE_INTERN(builds_, build_ids, set_str, std::string(build));
  perfetto::Mapping& mapping = *interned().add_mappings();
  mapping.set_iid(entry->second);
  mapping.set_build_id(build_id);
  mapping.set_start(module ? module->start : 0);
  mapping.set_end(module ? module->end : 0);
  mapping.add_path_string_ids(path_id);
  return entry->second;
}

uint64_t PerfettoWriter::frame(ModuleIndex index, const Frame& frame) {
  const Module* module = stacks_.modules().find(index);
  const uint64_t pc = call_address(frame) - (module ? module->bias : 0);
  const uint64_t function =
      THRACE_INTERN(functions_, function_names, set_str, safe_text(frame.function));
  const auto [entry, is_new] =
      frames_.try_emplace({mapping(index), pc, function, frame.line}, frames_.size() + 1);
  if (!is_new) return entry->second;
  const uint64_t source =
      frame.file.empty() ? 0
                         : THRACE_INTERN(sources_, source_paths, set_str, safe_text(frame.file));
  perfetto::Frame& fresh = *interned().add_frames();
  fresh.set_iid(entry->second);
  fresh.set_function_name_id(function);
  fresh.set_mapping_id(std::get<0>(entry->first));
  fresh.set_rel_pc(pc);
  if (source != 0) fresh.set_source_path_iid(source);
  if (frame.line != 0) fresh.set_line_number(frame.line);
  return entry->second;
}

uint64_t PerfettoWriter::callstack(StackId stack) {
  const auto known = callstacks_.find(stack);
  if (known != callstacks_.end()) return known->second;
  const std::span<const Frame> frames = names_.frames(stack);
  if (frames.empty()) return 0;
  const StackView recorded = stacks_[stack];
  std::vector<uint64_t> ids;
  for (auto at = frames.rbegin(); at != frames.rend(); ++at)
    ids.push_back(frame(module_of(recorded, *at), *at));
  perfetto::Callstack& fresh = *interned().add_callstacks();
  fresh.set_iid(callstacks_.size() + 1);
  for (const uint64_t id : ids) fresh.add_frame_ids(id);
  return callstacks_[stack] = fresh.iid();
}

}  // namespace thrace

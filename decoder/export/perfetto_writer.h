// A Perfetto trace as a stream of packets.  Texts, stacks and modules are written with the first
// packet that uses them and are numbers after that.
//
// A packet is begun, filled and ended; what is interned meanwhile goes with it.  When a table grows
// beyond kMaxInterned it is begun anew, so memory does not grow with the trace.
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "decoder/export/perfetto.pb.h"
#include "decoder/stacks/names.h"

namespace thrace {

// The tracks of a trace.  Small numbers take few bytes in each packet.
enum class TrackKind : uint64_t {
  Process,
  Thread,
  State,
  Running,
  Blocked,
  Lost,
  Locks,
  Lock,
  Waiters
};

// `number`: of the process, thread or lock, from 1.
inline uint64_t track_uuid(TrackKind kind, uint64_t number) {
  return number << 4 | static_cast<uint64_t>(kind);
}

class PerfettoWriter {
 public:
  static constexpr size_t kMaxInterned = 1 << 16;

  // `stacks` and `names` must live as long as this object.
  PerfettoWriter(const StackTable& stacks, Names& names, std::FILE* out)
      : stacks_(stacks), names_(names), out_(out) {}

  // A packet without and one with a track event.  `time`: CLOCK_MONOTONIC, ns.
  perfetto::TracePacket& begin(uint64_t time);
  perfetto::TrackEvent& begin(uint64_t time, perfetto::TrackEvent::Type type, uint64_t track);
  void end();

  // For the packet that was begun.  Names are made harmless.
  uint64_t name(std::string_view text);
  uint64_t category(std::string_view text);
  uint64_t annotation(std::string_view text);
  uint64_t value(std::string_view text);  // of an annotation; made harmless too
  uint64_t callstack(StackId stack);

  bool failed() const { return failed_; }

 private:
  using Numbers = std::unordered_map<std::string, uint64_t>;

  perfetto::InternedData& interned() { return *packet_.mutable_interned_data(); }
  uint64_t frame(ModuleIndex index, const Frame& frame);
  uint64_t mapping(ModuleIndex index);
  void restart();

  const StackTable& stacks_;
  Names& names_;
  std::FILE* out_;
  perfetto::TracePacket packet_;
  std::string bytes_;
  Numbers names_seen_, categories_, annotations_, values_, functions_, paths_, builds_, sources_;
  std::map<ModuleIndex, uint64_t> mappings_;
  std::map<std::tuple<uint64_t, uint64_t, uint64_t, uint32_t>, uint64_t> frames_;
  std::unordered_map<StackId, uint64_t> callstacks_;
  bool fresh_ = true;  // nothing is interned yet
  bool failed_ = false;
};

}  // namespace thrace

// The export to `go 1.23 trace`: every M is a thread with a P of its own, every G a goroutine.
//
// Go's tools check the order and the states of what they read, so this is also the outside proof of
// ours.  Where the formats differ:
//   * Being woken is two events there: GoUnblock, in the stream of whoever woke, and GoStart.  The
//     GoUnblock goes to the place of the Wake if that is known, in the same generation and between
//     the block and the end of the wait; else to the woken thread's own stream.
//   * GoStart and GoUnblock of a G, and ProcStart and GoSyscallBegin of a P, are numbered from 1 in
//     each generation.
//   * A sleeper's status may come late in a generation here (when it wakes); there it must precede
//     the GoUnblock, so it is moved to the start of the generation.
//   * Stacks get one frame more at their inner end: what is waited for, or called.  The stack of a
//     Wake and that of a system call come later here, and are put to where they belong there.
//   * A G that vanishes in a wait, or whose creation failed, cannot be ended: it stays as it is.
// A generation is collected in memory first, and written when all edges are decided.
#pragma once

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "decoder/export/go_writer.h"
#include "decoder/order/trace.h"
#include "decoder/stacks/names.h"

namespace thrace {

class GoExport : public EventSink {
 public:
  // `stacks`, which it fills, and `names`, which are of it, must live as long as this object.
  // `from`: nothing is drawn before this time, ns since the start of the trace.
  GoExport(StackTable& stacks, Names& names, std::FILE* out, int64_t from)
      : stacks_(stacks), names_(names), writer_(out), from_(std::max<int64_t>(from, 0)) {
    writer_.header();
  }

  void begin(const Generation& generation) override;
  void event(const Generation& generation, const OrderedEvent& event) override;
  void end(const Generation& generation) override;

  bool failed() const { return writer_.failed(); }

 private:
  static constexpr uint32_t kNone = ~0u;

  struct Record {
    uint64_t time = 0;
    GoEvent event = GoEvent::None;
    uint8_t count = 0;
    uint32_t next = kNone;  // of the same stream
    uint32_t more = kNone;  // None only: the first of the GoUnblocks that came to stand here
    uint64_t args[3] = {};
  };
  // A GoUnblock at the place of a Wake; one Wake may have several.
  struct Edge {
    uint64_t g;
    uint64_t seq;
    uint32_t next = kNone;
  };
  struct PlacedWake {
    uint64_t seq;
    uint64_t object;
    uint32_t record;
    uint32_t kind;
  };
  enum class Proc : uint8_t { None, Idle, Running };
  struct Go {  // a G, as the reader of the export sees it
    uint64_t id = 0;
    Status status = Status::None;
    uint64_t seq = 0;
    uint64_t generation = 0;  // that has its status
    uint32_t blocked = 0;     // records before its block ended
    std::string root;         // the outermost frame of its stacks
  };
  struct Stream {  // an M
    uint64_t thread = 0;
    uint64_t p = 0;
    Proc proc = Proc::None;
    uint64_t p_seq = 0;
    uint64_t p_generation = 0;
    uint64_t g = 0;          // that it runs, or that waits or is in a system call on it; 0: none
    bool abandoned = false;  // its system call holds no P
    uint64_t generation = 0;
    uint32_t call = kNone;  // the record that began its system call; none: not this generation's
    uint64_t call_number = 0;
    uint32_t first = kNone, last = kNone;  // records
    std::vector<PlacedWake> wakes;
  };

  Stream& stream(const Generation& generation, uint64_t m);
  Go& introduce(uint64_t g);
  Record& add(Stream& s, GoEvent event, std::initializer_list<uint64_t> args);
  void proc_status(Stream& s, uint64_t status);
  void take_proc(Stream& s);
  void start(Stream& s, uint64_t g, Go& go);
  void wake_self(Stream& s, Go& go);
  void unblock(Stream& s, Go& go, const EventView& event);
  void status(Stream& s, const EventView& event);
  void found(Stream& s, Go& go);
  void reach(Stream& s, uint64_t g, Go& go, const EventView& event);
  void finish_task(Stream& s, uint64_t g, Go& go);
  void running(Stream& s, Go& go);
  void block(Stream& s, Go& go, uint64_t reason, uint64_t object, StackId stack);
  void syscall(Stream& s, Go& go, uint64_t number);
  void syscall_end(Stream& s, uint64_t g, Go& go);
  void create(const Generation& generation, Stream& s, const EventView& event);
  void wake(Stream& s, const EventView& event);
  void wake_stack(Stream& s, const Generation& generation, const EventView& event);
  void call_stack(Stream& s, const Go& go, StackId stack);
  StackId stack_id(const Generation& generation, const EventView& event) {
    return stacks_.id(generation, event.stack, event.time);
  }
  uint64_t stack(const std::string& root, const std::string& what, StackId stack = 0);

  StackTable& stacks_;
  Names& names_;
  std::map<std::pair<StackId, std::string>, uint64_t> known_;  // stacks of this generation
  GoWriter writer_;
  const int64_t from_;
  GoTables tables_;
  Clock clock_;
  IdMap<Go> goes_;
  IdMap<Stream> streams_;
  IdMap<bool> threads_;          // ids that are taken
  std::vector<uint64_t> order_;  // Ms of this generation, by first event
  std::deque<Record> records_;   // of all streams, in the merged order
  std::vector<Edge> edges_;
  uint64_t number_ = 0;  // of the generation, from 1
  uint64_t start_ = 0;   // of the generation, ns
  uint64_t now_ = 0;
  uint64_t next_g_ = 1;
  uint64_t next_p_ = 1;
};

}  // namespace thrace

// All process images of the session: which slots are in use, and which processes are gone.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <vector>

#include "core/arena/layout.h"
#include "core/collector/clock.h"
#include "core/collector/encoder.h"
#include "core/collector/log.h"
#include "core/collector/process_state.h"

namespace thrace::collector {

class ProcessTable {
 public:
  // Makes the place where an image's trace goes.  `first`: it is the first image of the session.
  using OpenSink = std::function<std::unique_ptr<TraceSink>(const Process& process, bool first)>;

  ProcessTable(char* base, Encoder& encoder, Clock& clock, Log& log, OpenSink open_sink);
  ~ProcessTable();

  // Takes in new images.
  void scan();

  // What images taken in from now on begin with.
  void begin_generation(uint32_t gen, const ClockReading& start);

  ProcessState* find(uint32_t slot) { return slot < kProcesses ? by_slot_[slot].get() : nullptr; }

  // Images that are gone, each with the reason; asks the kernel.
  struct Death {
    ProcessState* process;
    EndReason reason;
  };
  std::vector<Death> deaths();

  // True if process 1 of a container is about to exit: everything here dies with it, and it waits
  // for the end of the session.  Another one that believes so, in a container within, is told not
  // to.
  bool is_leaving();

  // Frees the slot.  The image is forgotten.
  void free(ProcessState& process);

  // True if no image is left and none is being made.
  bool empty() const;
  uint32_t seen() const { return seen_; }  // images, ever

  template <typename Visit>
  void each(Visit visit) {
    for (auto& process : by_slot_)
      if (process) visit(*process);
  }

 private:
  // What the children of an image inherit.
  struct Legacy {
    int32_t own_pid = 0;
    std::shared_ptr<Modules> modules;
    std::shared_ptr<ObjectNames> objects;
  };
  static constexpr size_t kMostEnded = 64;

  void adopt(uint32_t slot);
  Legacy legacy_of_parent(const Process& image);
  bool is_gone(const ProcessState& process) const;
  bool was_replaced(const ProcessState& process) const;
  void drop_dead_claim(uint32_t slot);
  std::set<int32_t> taken(const Process& by) const;

  char* base_;
  Encoder& encoder_;
  Clock& clock_;
  Log& log_;
  OpenSink open_sink_;
  Locator locator_;
  uint32_t gen_ = 1;
  ClockReading start_;
  std::vector<std::unique_ptr<ProcessState>> by_slot_;
  std::deque<Legacy> ended_;  // the latest images that are gone: their children may be still to come
  uint32_t seen_ = 0;
};

}  // namespace thrace::collector

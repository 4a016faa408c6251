// Whose memory an address is, at the present point of the merged stream: the stacks of the threads
// that run, and their pthread_ts.
#pragma once

#include <cstdint>
#include <map>

#include "decoder/order/id_map.h"
#include "decoder/order/merge.h"

namespace thrace {

class ThreadMap {
 public:
  // What more threads have, and what is in more pieces, is not known.
  static constexpr size_t kMost = 1 << 16;

  // Starts a generation.  The stacks of threads that neither it nor the one before names are
  // forgotten.  Their pthread_ts are not, while there is room: who waits for a thread may be late
  // to hear of its end, and never hears of it in a process that is killed or exits.
  void begin(const Generation& generation);

  // Follows the merged stream: to be called with each event.
  void event(const OrderedEvent& event) {
    switch (event.event.type) {
      case Event::GoStart:
      case Event::GoStatus:
      case Event::GoCreateSyscall:
        return appear(event);
      case Event::GoDestroy:
      case Event::GoDestroySyscall:
        return leave(event.m);
      default:
        return;
    }
  }

  // The M on whose stack, or in whose thread-local storage, an address lies; 0: none that is known.
  // Where stacks overlap it is the one that came last.
  uint64_t on_stack(uint64_t address) const;

  // The M whose pthread_t this is: the last one that has or had it; 0: none that is known.  A
  // thread that was created but has not started yet does not count.
  uint64_t thread(uint64_t self) const;

 private:
  struct Piece {
    uint64_t end;  // behind the last address
    uint64_t m;
  };
  struct Known {
    ThreadMemory memory;
    uint64_t named = 0;  // the last generation that names it
    bool laid = false;   // its stack is in pieces_, as far as no later one covers it
  };

  void appear(const OrderedEvent& event);
  void leave(uint64_t m);
  void lay(uint64_t m, const ThreadMemory& memory);
  void lift(uint64_t m, Known& known);

  std::map<uint64_t, Piece> pieces_;  // of stacks, by start; they do not overlap
  IdMap<uint64_t> selves_;            // M, by pthread_t
  IdMap<Known> known_;                // by M
};

}  // namespace thrace

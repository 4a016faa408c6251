// Finds the stack of the release that ended a wait.
//
// A Wake is numbered; the wait that it ended names it; its stack comes in a WakeStack, which is
// written after the release: before or after the wait is over, maybe in the next generation, maybe
// never.  Whichever of the two comes first is kept until the other one comes.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "decoder/order/id_map.h"
#include "decoder/stacks/stack_table.h"

namespace thrace {

// Names one Wake of a run.
struct WakeKey {
  uint64_t m = 0;
  uint64_t generation = 0;
  uint64_t seq = 0;
};

class WakeJoin {
 public:
  // How many stacks of an M are kept for waits that end later, how many waits for each M are kept
  // for stacks that come later, and for how many generations.
  static constexpr size_t kStacks = 64;
  static constexpr size_t kWaits = 1024;
  static constexpr uint64_t kGenerations = 2;

  // `found(wait, stack)` is called once for each wait, with stack 0 if none came in time.
  using Found = std::function<void(uint32_t wait, StackId stack)>;
  explicit WakeJoin(Found found) : found_(std::move(found)) {}

  // Starts a generation: forgets what is too old.
  void begin(uint64_t generation);

  // A WakeStack: the stack of this Wake.
  void stack(const WakeKey& wake, StackId stack);

  // A wait, whatever its number means to the caller, was ended by this Wake.
  void wait(const WakeKey& wake, uint32_t wait);

  // Nothing more comes: the waits that are left have no stack.
  void finish();

 private:
  struct Kept {
    uint64_t generation = 0;
    uint64_t seq = 0;
    StackId stack = 0;
  };
  struct Pending {
    uint64_t generation;
    uint64_t seq;
    uint32_t wait;
  };
  struct Waker {
    uint64_t generation = 0;    // of its last Wake that was named here
    std::vector<Kept> stacks;   // by number modulo kStacks; empty until the first one comes
    std::deque<Pending> waits;  // the oldest first
  };

  Waker& waker(const WakeKey& wake);
  void drop_oldest(Waker& waker);

  Found found_;
  IdMap<std::unique_ptr<Waker>> wakers_;  // by M
};

}  // namespace thrace

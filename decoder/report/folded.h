// Folded stacks, as flame graph programs read them: one line for each distinct stack, from the
// thread and the outermost frame to the innermost, separated by `;`, then a blank and a number.
#pragma once

#include <cstdio>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "decoder/report/analysis.h"
#include "decoder/stacks/names.h"

namespace thrace {

enum class FoldedKind : uint8_t {
  Blocked,  // ns of waiting, by the stack of the wait
  OffWake,  // the same, and `--`, then the stack of the release from its innermost frame outwards,
            // then the thread that released: Brendan Gregg's off-wake time
  Syscall,  // ns in system calls that blocked
  Wake,     // number of wakes, by the stack of the waker
  Caused,   // ns that others waited for what a thread held, by the stack of its release (queue.h)
};

// A kind by its name in --what; nullptr if there is none.
struct FoldedWhat {
  const char* name;
  FoldedKind kind;
  const char* doc;
};
std::span<const FoldedWhat> folded_whats();
const FoldedWhat* find_folded_what(std::string_view name);

struct FoldedFrame {
  std::string name;
  std::string file;  // of the source; empty: not known, or no function
};

// A stack with what leads to it, and its number.
struct FoldedStack {
  uint32_t thread = 0;  // index of the ThreadRow; kNobody: of several, which had no room (costs.h)
  std::vector<FoldedFrame> frames;  // the thread, then the outermost frame, at last the innermost
  uint64_t value = 0;
};

class Folded : public Observer {
 public:
  // `most`: so many stacks are told apart.
  explicit Folded(FoldedKind kind, size_t most = kMostSums) : kind_(kind), costs_(most) {}

  void wait(const EndedWait& wait) override;
  void call(const EndedCall& call) override;
  void wake(const EndedWake& wake) override;
  void released(const EndedWake& wake) override;

  // The lines, sorted, each once.
  void print(const Analysis& analysis, Names& names, std::FILE* out) const;

  // Calls visit for each stack; equal ones may come several times.
  void each(const Analysis& analysis, Names& names,
            const std::function<void(const FoldedStack&)>& visit) const;

 private:
  FoldedKind kind_;
  Costs<4> costs_;  // by thread, stack, stack of the release, waker
};

}  // namespace thrace

// Why a wait took so long: what the thread that ended it, or that holds what it is for, did
// meanwhile; if that was a wait, what the next one did; and so on.
//
// A link must explain at least a tenth of the one before it (kLinkShare), and a hundredth of the
// whole wait (kChainShare): what is shorter is not followed.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "decoder/report/analysis.h"
#include "decoder/report/table.h"
#include "decoder/stacks/names.h"

namespace thrace {

// A stretch of a thread's time that it did not run: a wait or a slow system call.
struct Piece {
  uint32_t thread = 0;
  int64_t since = 0;
  int64_t until = 0;
  bool call = false;  // a system call, else a wait
  bool open = false;
  uint64_t number = 0;       // of the call
  uint32_t object = 0;       // of the wait
  uint32_t waker = kNobody;  // of the wait: who ended it
  StackId stack = 0;
};

// What a thread did while the link before it waited for it.
struct Link {
  uint32_t thread = 0;
  const Piece* piece = nullptr;  // the longest piece of what it did longest; nullptr: nothing that
                                 // explains enough; it ran, or its waits and calls were short
  uint64_t time = 0;   // of all such pieces (the same call or object, at the same place), as
                       // far as they overlap with the link before
  uint64_t count = 0;  // of those pieces
  bool gone = false;   // no piece: it ended, and the wait for it never did
};

// Looks at a run for the second time: collects what its longest waits may have waited for.
class Chains : public Observer {
 public:
  static constexpr uint64_t kLinkShare = 10;  // one in so many
  static constexpr uint64_t kChainShare = 100;
  static constexpr size_t kMaxLinks = 64;

  // `waits`: what to explain, of a look at the same run and window before.
  Chains(const std::vector<EndedWait>& waits, const Window& window);

  void wait(const EndedWait& wait) override;
  void call(const EndedCall& call) override;

  // The same waits, as this look has them; in the same order, without those it has not met.
  std::vector<EndedWait> waits() const;

  // The chain of one of them, without the wait itself.  After the run.
  std::vector<Link> chain(const Analysis& analysis, const EndedWait& wait) const;

 private:
  using Key = std::tuple<uint32_t, int64_t, int64_t>;  // thread, since, until
  struct Span {
    int64_t since = 0;
    int64_t until = 0;
    int64_t latest = 0;  // end in its part of the tree
  };

  static Key key_of(const EndedWait& wait) { return {wait.thread, wait.since, wait.until}; }
  Piece piece_of(const EndedWait& wait) const;
  Piece clipped(Piece piece) const;
  int64_t build(size_t first, size_t last);
  bool matters(const Piece& piece, size_t first, size_t last) const;
  void collect(Piece piece);
  Link longest_link(uint32_t thread, const Piece& wait) const;
  uint32_t blocker(const Analysis& analysis, const Piece& wait) const;

  const Window window_;
  std::vector<EndedWait> waits_;
  std::multimap<Key, size_t> places_;  // of waits_
  std::vector<bool> met_;
  uint64_t shortest_ = 0;  // of the pieces that may matter, ns

  // Of the waits, by their beginning.  They are a balanced tree: the root of a part of them is its
  // middle.
  std::vector<Span> spans_;
  IdMap<std::vector<Piece>> pieces_;  // by thread
};

// "logger/12 was in fsync for 19.8 ms at flush (log.c:17)".
std::string link_text(const Analysis& analysis, const Link& link, Names& names);

// One row for each link of each wait's chain; the waits are numbered from 1.
Table chain_table(const Analysis& analysis, const std::vector<std::vector<Link>>& chains,
                  Names& names);

}  // namespace thrace

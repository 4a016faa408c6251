// Those who wait for one object, in the order in which they came: what each release had cost them,
// and how the object went from hand to hand.
//
// Caused delay.  All the time that threads wait for an object is charged to the releases: to each
// the waiting since the release before it.  So a thread that holds a lock for 1 ms while three
// others wait has caused 3 ms.  What passes between a release and the moment when a waiter runs
// with the lock is nobody's: it is the gap of a hand-over.
//
// Convoy.  A stretch of time in which somebody always waited for a lock, and in which it was handed
// over at least kConvoy times: so often that its threads do little but queue (Blasgen, Gray et al.,
// "The convoy phenomenon", 1979).
#pragma once

#include <cstdint>
#include <vector>

#include "decoder/report/histogram.h"
#include "decoder/report/observer.h"
#include "decoder/report/window.h"

namespace thrace {

inline constexpr uint64_t kConvoy = 10;  // hand-overs

// How an object was handed over, whoever waited.  Times in ns, of the window only.
struct Handovers {
  uint64_t count = 0;         // a waiter got the object after a release
  uint64_t out_of_order = 0;  // of those, while one who had come earlier still waited
  uint64_t stolen = 0;        // releases by one who got it past the waiters, between two hand-overs
  Histogram gaps;             // from the release to the moment when the waiter ran
  uint64_t caused = 0;        // charged to releases, of waits that pass the filter
  uint64_t contended = 0;     // time in which somebody waited
  uint64_t waited = 0;        // the same, times how many
  uint64_t longest_queue = 0;
  uint64_t convoys = 0;
  uint64_t in_convoys = 0;      // hand-overs
  uint64_t longest_convoy = 0;  // ns
};

class Queue {
 public:
  using Ticket = uint64_t;

  // `given_up`: there will be releases.  Without them no place is charged, so none is kept.
  explicit Queue(bool given_up = true) : given_up_(given_up) {}

  // Where a thread waits: its stack, and whether its wait passes the filter.
  struct Site {
    StackId stack = 0;
    bool picked = true;

    bool operator==(const Site&) const = default;
  };

  // Somebody begins to wait.  Times never go back; one that does counts as the one before it.  Only
  // what lies in the window counts.
  Ticket arrive(Site site, int64_t now, const Window& window);

  // Whoever has the ticket, and waited there, waits no more.  `got`: it has what it waited for.
  void leave(Ticket ticket, Site site, bool got, int64_t now, const Window& window);

  // The object is given up.  The delay that its holder has caused, by place of the waits.
  std::vector<Charge> release(int64_t now, const Window& window);

  // Nothing more comes.
  void finish(int64_t now, const Window& window);

  const Handovers& result() const { return result_; }

  // True if it was given up and nobody who had waited has got it; if it was given up at `time` or
  // later.
  bool is_free() const { return free_; }
  bool released_since(int64_t time) const { return released_ && released_at_ >= time; }

  // How many places are kept apart now.
  size_t places() const { return places_.size(); }

 private:
  // How many waiters are told apart; of more the oldest are taken for gone.
  static constexpr size_t kMaxSpan = 1 << 20;

  struct Place {
    Site site;
    uint64_t waiters;
    uint64_t gap;      // ns of waiting since the release, while nobody had it
    uint64_t charged;  // ns of waiting for whoever holds it
  };

  void count(Site site, bool comes);
  void advance(int64_t now, const Window& window);
  void end_stretch();
  void drop_oldest();

  const bool given_up_;
  Handovers result_;
  int64_t now_ = 0;
  uint64_t waiters_ = 0;
  bool free_ = false;      // released, and no waiter has got it yet
  bool released_ = false;  // ever
  int64_t released_at_ = 0;
  std::vector<Place> places_;  // where threads wait now, or have waited since the last release

  Ticket first_ = 0;         // the oldest who waits, or the next who comes
  size_t head_ = 0;          // its place in waits_
  std::vector<bool> waits_;  // by ticket, from first_ - head_ on: still waiting
  uint64_t stretch_ = 0;     // ns since somebody has always waited
  uint64_t handovers_ = 0;   // in it
};

}  // namespace thrace

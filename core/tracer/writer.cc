// The cold half of writing: fresh chunks, losses, statuses.
#include "core/tracer/writer.h"

#include <algorithm>

#include "core/arena/free_list.h"

namespace thrace::writer {
namespace {

// A thread that has filled this many chunks of a class in a generation gets the next larger (T7).
constexpr uint32_t kFilledBeforeGrowth = 2;

// A collector that gets nothing done for so long is dead, or as good as that.
constexpr uint64_t kSilence = 2'000'000'000;  // ns

// The collector gives a gate up that stays in a generation long after the next has begun; what is
// written there then is lost.  Better one event than a chunk full of them.
constexpr uint64_t kLate = 500'000'000;  // ns

// Hundreds of threads that look for a chunk every 200 us leave no processor to the collector.
constexpr uint32_t kLongestPause = 64 * kPauseMicroseconds;

// A free chunk of the class that this M has grown to, or of another; 0 if all are taken.
uint32_t pop_chunk(uint32_t wanted, uint32_t& cls) {
  char* const base = g_guest.base;
  ArenaHeader& header = *g_guest.header;
  for (uint32_t i = 0; i < kChunkClasses; i++) {
    cls = wanted >= i ? wanted - i : i;  // the wanted class, then smaller ones, then larger ones
    if (const uint32_t page = free_list_pop(header.free_chunks[cls], chunk_link(base))) return page;
  }
  return 0;
}

// THRACE_ON_FULL=wait: the collector drains what gates have filled.  Only an outermost gate waits: a
// nested one has interrupted this M's own writing.
bool may_wait() { return !t_local.nested && g_guest.header->wait_on_full; }

// A free chunk; 0: there is none, and nobody left who would free one, or it would be too late.
uint32_t await_chunk(uint32_t gen, uint32_t wanted, uint32_t& cls) {
  const ArenaHeader& header = *g_guest.header;
  uint32_t beat = header.beats.load(std::memory_order_relaxed);
  uint64_t heard = monotonic_ns();  // the collector moved
  uint64_t left = 0;                // the others may have left this generation; 0: not seen yet
  for (uint32_t pause = kPauseMicroseconds;; pause = std::min(2 * pause, kLongestPause)) {
    const uint64_t now = monotonic_ns();
    if (!left && header.gen.load(std::memory_order_relaxed) != gen) left = now;
    const uint32_t last = beat;
    beat = header.beats.load(std::memory_order_relaxed);
    if (beat != last) heard = now;
    if (const uint32_t page = pop_chunk(wanted, cls)) return page;
    if (header.phase.load(std::memory_order_relaxed) != Phase::Open) return 0;
    if (left && now - left > kLate) return 0;
    // Found out once, by whatever thread: from then on nobody waits until it moves again.
    if (beat == g_guest.silent_beat.load(std::memory_order_relaxed)) return 0;
    if (now - heard > kSilence) {
      g_guest.silent_beat.store(beat, std::memory_order_relaxed);
      return 0;
    }
    raw_pause(pause);
  }
}

// Hands the full chunk of `tail` to the collector, which may read it when this M's seq is not `seq`.
// One of an earlier generation is left where it is: the collector's sweep takes it.
void hand_over(Thread& m, uint32_t gen, Tail tail, uint64_t seq) {
  if (!tail.page() || !tail.of(gen)) return;
  ChunkHeader& chunk = arena_chunk(g_guest.base, tail.page());
  const uint32_t id = m.m.load(std::memory_order_relaxed);
  uint64_t held = ChunkHeader::make(id, gen, Holder::Held);
  if (!chunk.holder.compare_exchange_strong(held, ChunkHeader::make(id, gen, Holder::Full))) return;
  chunk.filled.store(tail.offset(), std::memory_order_relaxed);
  chunk.filled_seq.store(seq, std::memory_order_relaxed);
  full_push(g_guest.base, tail.page());
}

// Takes the M's chunk away from it.
void give_up(Thread& m, Tail tail, uint64_t seq) {
  m.next_chunk.store(
      arena_chunk(g_guest.base, tail.page()).seq.load(std::memory_order_relaxed) + 1,
      std::memory_order_relaxed);
  const uint64_t empty = Tail::make(tail.gen(), 0, 0, 0, tail.status()).word |
                         (tail.word & Tail::kWakeParity);
  if (local_cas(m.tail, tail.word, empty)) hand_over(m, tail.gen(), tail, seq);
}

// Writes the Lost of this M, if there is one to write; false: there was no room for it.
//
// What was lost stays in the M until its record is written, which may take a while (await_chunk): the
// collector looks at it, and tells it itself if the program is killed.  A handler that comes meanwhile
// must write a Lost before its status, but the number is told by the one that it interrupted.
bool write_lost(Thread& m, uint32_t gen) {
  constexpr auto relaxed = std::memory_order_relaxed;
  if (!m.lost.load(relaxed) && !m.abandoned.load(relaxed)) return true;
  const bool mine = !t_local.telling_lost;
  uint32_t lost = 0;
  uint64_t from = 0, to = 0;
  const auto read = [&](Tail) {
    lost = mine ? m.lost.load(relaxed) : 0;
    from = lost ? m.lost_from.load(relaxed) : 0;
    to = lost ? m.lost_to.load(relaxed) : 0;
  };
  constexpr uint32_t kWords = 4;
  t_local.telling_lost = true;
  compiler_fence();
  const Record record = reserve(m, gen, kWords, kAny, kKeep, read);
  const bool written = record.outcome == Reserved::Yes;
  if (written) {
    fill(record, Event::Lost, gen, {}, lost, lost ? from : record.time, lost ? to : record.time);
    m.abandoned.store(0, relaxed);
  } else {
    lost = 1;  // that attempt has counted itself: it was no event of the program's
  }
  for (;;) {
    const uint32_t untold = m.lost.load(relaxed);
    if (local_cas(m.lost, untold, untold - lost)) break;
  }
  compiler_fence();
  if (mine) t_local.telling_lost = false;
  return written;
}

}  // namespace

bool refill(Thread& m, uint32_t gen, Tail tail) {
  const bool same_gen = tail.of(gen);
  const uint32_t filled = same_gen ? m.filled.load(std::memory_order_relaxed) : 0;
  const uint32_t grown = filled / kFilledBeforeGrowth;
  const uint32_t wanted = grown < kChunkClasses ? grown : kChunkClasses - 1;
  uint32_t cls;
  uint32_t page = pop_chunk(wanted, cls);
  if (!page && may_wait()) {
    // If all who wait kept their full chunks, none would ever be free.  This one has no record that is
    // still to be written: the collector need not wait for the end of this gate.
    if (same_gen && tail.page()) {
      give_up(m, tail, m.seq.load(std::memory_order_relaxed) - 1);
      return true;
    }
    page = await_chunk(gen, wanted, cls);
  }
  if (!page) return false;

  uint32_t seq = same_gen ? m.next_chunk.load(std::memory_order_relaxed) : 0;
  if (same_gen && tail.page())
    seq = arena_chunk(g_guest.base, tail.page()).seq.load(std::memory_order_relaxed) + 1;
  ChunkHeader& chunk = arena_chunk(g_guest.base, page);
  chunk.thread.store(t_local.slot, std::memory_order_relaxed);
  chunk.gen.store(gen, std::memory_order_relaxed);
  chunk.seq.store(seq, std::memory_order_relaxed);
  chunk.filled_seq.store(0, std::memory_order_relaxed);
  chunk.filled.store(0, std::memory_order_relaxed);
  chunk.holder.store(ChunkHeader::make(m.m.load(std::memory_order_relaxed), gen, Holder::Held),
                     std::memory_order_release);

  uint64_t next = Tail::make(gen, page, cls, kChunkHeaderWords, tail.status()).word;
  if (same_gen) next |= tail.word & Tail::kWakeParity;
  if (!local_cas(m.tail, tail.word, next)) {  // a handler has been writing: it found room
    chunk.holder.store(0, std::memory_order_relaxed);
    free_list_push(g_guest.header->free_chunks[cls], page, chunk_link(g_guest.base));
    return true;
  }
  m.filled.store(filled + 1, std::memory_order_relaxed);
  hand_over(m, gen, tail, m.seq.load(std::memory_order_relaxed));
  if (m.lost.load(std::memory_order_relaxed)) write_status(m, gen);
  return true;
}

void retire(Thread& m) {
  const Tail tail{m.tail.load(std::memory_order_relaxed)};
  if (tail.page()) give_up(m, tail, m.seq.load(std::memory_order_relaxed));
}

void lose(Thread& m, uint32_t gen, Status after) {
  const uint64_t now = ticks();
  const uint32_t before = m.lost.load(std::memory_order_relaxed);
  if (!before) m.lost_from.store(now, std::memory_order_relaxed);
  m.lost_to.store(now, std::memory_order_relaxed);
  m.lost.store(before + 1, std::memory_order_relaxed);
  unknown(m, gen);  // a status must follow the Lost
  if (after == kKeep) return;
  for (;;) {
    const Tail tail{m.tail.load(std::memory_order_relaxed)};
    const uint64_t next = (tail.word & ~uint64_t{7}) | static_cast<uint64_t>(after);
    if (local_cas(m.tail, tail.word, next)) return;
  }
}

void write_status(Thread& m, uint32_t gen) {
  if (!write_lost(m, gen)) return;
  constexpr auto relaxed = std::memory_order_relaxed;
  uint64_t status = 0, detail = 0, object = 0, holder_tid = 0, since = 0;
  const auto read = [&](Tail tail) {
    status = tail.status();
    const bool held_up = status == static_cast<uint64_t>(Status::Waiting) ||
                         status == static_cast<uint64_t>(Status::Syscall);
    detail = held_up ? m.detail.load(relaxed) : 0;
    object = held_up ? m.object.load(relaxed) : 0;
    holder_tid = held_up ? m.holder_tid.load(relaxed) : 0;
    since = held_up ? m.since.load(relaxed) : 0;
  };
  constexpr uint32_t kWords = 7;
  const Record record = reserve(m, gen, kWords, kAny, kKeep, read);
  if (record.outcome != Reserved::Yes) return;
  fill(record, Event::GoStatus, gen, {}, m.g.load(relaxed), status, detail, object, holder_tid,
       since ? since : record.time);
  introduced(m, gen);
}

}  // namespace thrace::writer

// Taking chunks, ordering them, encoding them.
#include "core/collector/drain.h"

#include <algorithm>

#include "core/arena/free_list.h"
#include "core/collector/arena_file.h"
#include "core/collector/proc.h"

namespace thrace::collector {
namespace {

constexpr uint64_t kHolderMask = 3;

Holder holder_of(uint64_t word) { return static_cast<Holder>(word & kHolderMask); }
uint32_t m_of(uint64_t word) { return static_cast<uint32_t>(word >> 32); }

}  // namespace

uint32_t Drain::count(uint32_t page) { return chunk_words(chunk_class(arena_header(base_), page)); }

// Behind the last word of a chunk that was ever reserved; 0 if that is not known.
uint32_t Drain::known_end(uint32_t page, const MState& m) {
  const ChunkHeader& chunk = arena_chunk(base_, page);
  const Tail tail{arena_thread(base_, m.slot).tail.load(std::memory_order_acquire)};
  const bool last = tail.page() == page && tail.of(chunk.gen.load(std::memory_order_relaxed));
  const uint32_t end = last ? tail.offset() : chunk.filled.load(std::memory_order_acquire);
  return end >= kChunkHeaderWords && end <= count(page) ? end : 0;
}

// True if the M is not in the gate any more in which its seq was `seq`.
bool Drain::moved(const MState& m, uint64_t seq) const {
  if (m.dead) return true;
  const Thread& thread = arena_thread(base_, m.slot);
  return thread.owner.load(std::memory_order_acquire) == 0 ||
         thread.seq.load(std::memory_order_acquire) != seq;
}

// Makes a chunk the collector's, if its holder is still what it was (A3).
bool Drain::claim(uint32_t page, uint64_t word) {
  const uint64_t taken = (word & ~kHolderMask) | static_cast<uint64_t>(Holder::Taken);
  return arena_chunk(base_, page)
      .holder.compare_exchange_strong(word, taken, std::memory_order_acquire);
}

void Drain::touch(MState& m) {
  if (!m.touched) touched_.push_back(&m);
  m.touched = true;
}

void Drain::add(uint32_t page, MState& m, bool held) {
  const ChunkHeader& chunk = arena_chunk(base_, page);
  m.pending.push_back({page, chunk.gen.load(std::memory_order_relaxed),
                       chunk.seq.load(std::memory_order_relaxed),
                       chunk.filled_seq.load(std::memory_order_relaxed), held});
  taken_++;
  touch(m);
}

// A chunk of nobody's whose records have no place any more.
void Drain::discard(uint32_t page, uint64_t word) {
  if (!claim(page, word)) return;
  uint32_t records = 0;
  walk_records(words(page), count(page), arena_chunk(base_, page).gen.load(),
               [&](uint32_t, uint64_t, const EventSpec&) { records++; });
  if (records)
    log_.line("dropped " + std::to_string(records) + " late events of M " +
              std::to_string(m_of(word)));
  store_.rest(page, monotonic());
}

void Drain::route(uint32_t page) {
  ChunkHeader& chunk = arena_chunk(base_, page);
  const uint64_t word = chunk.holder.load(std::memory_order_acquire);
  if (holder_of(word) != Holder::Full) return;
  MState* m = threads_.find(m_of(word), chunk.thread.load(std::memory_order_relaxed));
  if (!m) return discard(page, word);
  if (!claim(page, word)) return;
  for (HeldBack& held : m->held_back)
    if (held.page == page) {
      held.arrived = true;
      return touch(*m);
    }
  add(page, *m);
}

void Drain::take_full() {
  const ArenaHeader& header = arena_header(base_);
  // The traced programs can write anywhere in the arena: a chain must not be believed to end.
  uint64_t left = header.bytes / kPage;
  for (uint32_t page = full_take(base_); page && left; left--) {
    if (chunk_class(header, page) == kChunkClasses)
      return log_.line("the queue of full chunks is damaged");
    const uint32_t next = arena_chunk(base_, page).next.load(std::memory_order_relaxed);
    route(page);
    page = next;
  }
}

void Drain::release(uint32_t page, const Walk& walk, const MState& m) {
  if (walk.has_gaps()) {
    log_.line("M " + std::to_string(m.m) + ": " + std::to_string(walk.abandoned) +
              " records abandoned, " + std::to_string(walk.holes) + " words empty, " +
              std::to_string(walk.foreign) + " records late, " + std::to_string(walk.malformed) +
              " words malformed");
    if (!m.dead) return store_.rest(page, monotonic());
  }
  store_.give_back(page, walk.used);
}

void Drain::encode(MState& m, const Pending& chunk, GenerationText& text) {
  if (chunk.held || !moved(m, chunk.filled_seq)) {
    const uint64_t seq = arena_thread(base_, m.slot).seq.load(std::memory_order_relaxed);
    HeldBack held{chunk.page, chunk.gen, seq, !chunk.held, std::vector<bool>(count(chunk.page))};
    encoder_.chunk(text, m, words(chunk.page), count(chunk.page), &held.encoded);
    m.held_back.push_back(std::move(held));
    return;
  }
  if (text.bytes > kMaxGeneration - 2 * kMaxBatch) {  // no reader would take more
    m.held_back.push_back({chunk.page, chunk.gen, chunk.filled_seq, true, {}});
    return;
  }
  const uint32_t end = known_end(chunk.page, m);
  Walk walk = encoder_.chunk(text, m, words(chunk.page), end ? end : count(chunk.page));
  if (walk.used < end) {  // the last one was thrown out before its header
    walk.holes += end - walk.used;
    m.gap = true;
  }
  release(chunk.page, walk, m);
  m.process->hand_on(kHandOn);
}

// Counts what stragglers wrote after the prefix that was taken, once they have moved.
void Drain::settle(MState& m) {
  std::erase_if(m.held_back, [&](HeldBack& held) {
    if (!moved(m, held.seq)) return false;
    if (!held.arrived) {
      ChunkHeader& chunk = arena_chunk(base_, held.page);
      const uint64_t word = chunk.holder.load(std::memory_order_acquire);
      const bool ours = m_of(word) == m.m && (holder_of(word) == Holder::Held || m.dead);
      if (!ours || !claim(held.page, word)) return false;  // on its way through the queue
    }
    walk_records(words(held.page), count(held.page), held.gen,
                 [&](uint32_t offset, uint64_t, const EventSpec&) {
                   if (held.encoded.empty() || !held.encoded[offset])
                     m.owed.add(words(held.page)[offset + 1]);
                 });
    store_.rest(held.page, monotonic());
    return true;
  });
}

void Drain::encode_ready(MState& m) {
  if (!m.held_back.empty()) settle(m);
  std::sort(m.pending.begin(), m.pending.end(), [](const Pending& a, const Pending& b) {
    return a.gen != b.gen ? a.gen < b.gen : a.seq < b.seq;
  });
  size_t done = 0;
  for (; done < m.pending.size(); done++) {
    const Pending& chunk = m.pending[done];
    GenerationText* text = m.process->text(chunk.gen);
    if (chunk.gen < m.open_gen || !text) {
      m.held_back.push_back({chunk.page, chunk.gen, chunk.filled_seq, !chunk.held, {}});
      settle(m);
      continue;
    }
    if (chunk.gen != m.open_gen || chunk.seq > m.next_seq || !moved(m, chunk.filled_seq)) break;
    encode(m, chunk, *text);
    m.next_seq = chunk.seq + 1;
  }
  m.pending.erase(m.pending.begin(), m.pending.begin() + static_cast<std::ptrdiff_t>(done));
}

void Drain::encode_ready() {
  std::erase_if(touched_, [&](MState* m) {
    encode_ready(*m);
    m->touched = !is_drained(*m);
    return !m->touched;
  });
}

void Drain::finish_generation(MState& m, uint32_t gen) {
  encode_ready(m);
  GenerationText* text = m.process->text(gen);
  std::erase_if(m.pending, [&](const Pending& chunk) {
    if (chunk.gen != gen || !text) return false;
    encode(m, chunk, *text);
    return true;
  });
  m.open_gen = gen + 1;
  m.next_seq = 0;
}

void Drain::sweep(uint32_t gen) {
  for_each_chunk(arena_header(base_), [&](uint32_t page, uint32_t) {
    ChunkHeader& chunk = arena_chunk(base_, page);
    const uint64_t word = chunk.holder.load(std::memory_order_acquire);
    const Holder holder = holder_of(word);
    if (holder != Holder::Held && holder != Holder::Full) return;
    if (chunk.gen.load(std::memory_order_relaxed) > gen) return;
    MState* m = threads_.find(m_of(word), chunk.thread.load(std::memory_order_relaxed));
    if (!m) return discard(page, word);
    if (!m->passed && !m->dead) return;
    const auto same = [&](const auto& entry) { return entry.page == page; };
    if (std::any_of(m->held_back.begin(), m->held_back.end(), same)) return;
    if (holder == Holder::Held && m->forced) {
      if (std::none_of(m->pending.begin(), m->pending.end(), same)) add(page, *m, true);
    } else if (holder == Holder::Held || m->dead) {
      if (claim(page, word)) add(page, *m);
    } else if (std::none_of(suspects_.begin(), suspects_.end(), same)) {
      const uint64_t seq = arena_thread(base_, m->slot).seq.load(std::memory_order_relaxed);
      suspects_.push_back({page, word, m, seq, false});
      m->suspects++;
    }
  });
}

void Drain::look_at_suspects() {
  for (Suspect& suspect : suspects_) suspect.moved = moved(*suspect.m, suspect.seq);
}

void Drain::resolve_suspects() {
  std::erase_if(suspects_, [&](const Suspect& suspect) {
    const bool gone = arena_chunk(base_, suspect.page).holder.load() != suspect.word;
    if (!gone && !suspect.moved) return false;
    if (!gone && claim(suspect.page, suspect.word)) add(suspect.page, *suspect.m);
    suspect.m->suspects--;
    return true;
  });
}

void Drain::sweep_process(ProcessState& process) {
  for_each_chunk(arena_header(base_), [&](uint32_t page, uint32_t) {
    ChunkHeader& chunk = arena_chunk(base_, page);
    const uint64_t word = chunk.holder.load(std::memory_order_acquire);
    const Holder holder = holder_of(word);
    if (holder != Holder::Held && holder != Holder::Full) return;
    MState* m = threads_.find(m_of(word), chunk.thread.load(std::memory_order_relaxed));
    if (!m || m->process != &process) return;
    const auto same = [&](const auto& entry) { return entry.page == page; };
    if (std::any_of(m->held_back.begin(), m->held_back.end(), same)) return;
    if (claim(page, word)) add(page, *m);
  });
}

void Drain::forget(const ProcessState& process) {
  std::erase_if(suspects_, [&](const Suspect& suspect) { return suspect.m->process == &process; });
  std::erase_if(touched_, [&](const MState* m) { return m->process == &process; });
}

void Drain::take_last(MState& m) {
  const Tail tail{arena_thread(base_, m.slot).tail.load(std::memory_order_acquire)};
  const uint32_t page = tail.page();
  if (chunk_class(arena_header(base_), page) == kChunkClasses) return;
  const uint64_t word = arena_chunk(base_, page).holder.load(std::memory_order_acquire);
  if (m_of(word) != m.m || holder_of(word) != Holder::Held) return;
  if (claim(page, word)) add(page, m);
}

void Drain::take_losses(MState& m) {
  Thread& thread = arena_thread(base_, m.slot);
  const uint32_t lost = thread.lost.load(std::memory_order_relaxed);
  if (!lost) return;
  const uint64_t from = thread.lost_from.load(std::memory_order_relaxed);
  const uint64_t to = thread.lost_to.load(std::memory_order_relaxed);
  m.owed.from = m.owed.count ? std::min(m.owed.from, from) : from;
  m.owed.to = m.owed.count ? std::max(m.owed.to, to) : to;
  m.owed.count += lost;
  thread.lost.store(0, std::memory_order_relaxed);
}

}  // namespace thrace::collector

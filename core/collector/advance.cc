// The advance from one generation to the next.
#include "core/collector/advance.h"

#include <algorithm>

#include "core/collector/arena_file.h"

namespace thrace::collector {
namespace {

constexpr uint64_t kLookInterval = 250'000'000;  // ns

}  // namespace

Advance::Advance(char* base, ProcessTable& processes, ThreadTable& threads, Drain& drain,
                 Encoder& encoder, Clock& clock)
    : base_(base),
      processes_(processes),
      threads_(threads),
      drain_(drain),
      encoder_(encoder),
      clock_(clock) {
  const ArenaHeader& header = arena_header(base);
  gen_ = header.gen.load();
  start_ = {header.start_ticks, header.start_mono, header.start_wall};
  processes_.begin_generation(gen_, start_);
}

bool Advance::anything_written() {
  bool found = false;
  processes_.each(
      [&](const ProcessState& process) { found = found || process.current->last_event; });
  threads_.each([&](const MState& m) {
    found =
        found || Tail{arena_thread(base_, m.slot).tail.load(std::memory_order_relaxed)}.of(gen_);
  });
  return found;
}

// Remembers a G's state before the next generation can change it.  Right whenever it will be
// needed: if the G has no event in this generation, nothing about it changes before the next is
// published.
void Advance::note(MState& m) { m.note = read_note(arena_thread(base_, m.slot), gen_); }

// Threads that left without a word (raw exit, a process that execs) are looked for now and then.
void Advance::mark_vanished(uint64_t now) {
  if (now < next_look_) return;
  next_look_ = now + kLookInterval;
  bool any = false;
  threads_.each([&](MState& m) {
    if (m.dead || !m.tid || !threads_.is_gone(m)) return;
    m.dead = any = true;
    m.gone_gen = gen_;
  });
  if (!any) return;
  drain_.take_full();
  threads_.each([&](MState& m) {
    if (m.dead) drain_.take_last(m);
  });
}

void Advance::begin(uint64_t now) {
  processes_.scan();
  threads_.scan();
  mark_vanished(now);
  threads_.each([&](MState& m) { note(m); });
  start_ = clock_.read();
  arena_header(base_).gen.store(gen_ + 1, std::memory_order_seq_cst);
  heavy_fence();
  // Whoever is in a gate of the old generation can be seen from here on (T2): those that came since
  // the last look included.
  processes_.scan();
  threads_.scan();
  gen_++;
  processes_.begin_generation(gen_, start_);
  processes_.each([&](ProcessState& process) {
    process.hand_on(0);
    process.closing = std::move(process.current);
    process.begin_text(gen_, start_.ticks);
    encoder_.clock(*process.current, clock_.frequency(), start_);
  });
  threads_.each([&](MState& m) {
    m.passed = m.complete = m.forced = false;
    m.advance_seq = arena_thread(base_, m.slot).seq.load(std::memory_order_acquire);
  });
  under_way_ = true;
  deadline_ = now + kPatience;
  step(now);
}

bool Advance::has_passed(const MState& m) const {
  if (m.dead) return true;
  const Thread& thread = arena_thread(base_, m.slot);
  return thread.owner.load(std::memory_order_acquire) == 0 ||
         thread.seq.load(std::memory_order_acquire) != m.advance_seq ||
         thread.entry_gen.load(std::memory_order_acquire) == gen_;
}

void Advance::step(uint64_t now) {
  if (!under_way_) return;
  drain_.look_at_suspects();
  const bool late = now >= deadline_;
  bool waiting = false, moved = false;
  threads_.each([&](MState& m) {
    if (m.complete) return;
    if (!m.passed) {
      m.passed = has_passed(m);
      // One that was given up on and has not moved since gets no second wait.
      if (!m.passed && (late || m.stuck_seq == m.advance_seq)) {
        m.passed = m.forced = true;
        m.stuck_seq = m.advance_seq;
      }
    }
    (m.passed ? moved : waiting) = true;
  });
  if (moved) {
    drain_.take_full();
    drain_.resolve_suspects();
    drain_.sweep(gen_ - 1);
    std::vector<MState*> ready;
    threads_.each([&](MState& m) {
      if (m.complete || !m.passed) return;
      if (m.suspects && !late)
        waiting = true;
      else
        ready.push_back(&m);
    });
    for (MState* m : ready) complete(*m);
  }
  processes_.each([&](ProcessState& process) {
    if (!process.closing) return;
    for (const MState* m : process.threads)
      if (!m->complete) return;
    close_old(process);
  });
  if (waiting) return;
  under_way_ = false;
  threads_.forget_retired();
}

// All that an M wrote in the old generation is here: what is missing for a generation that can be
// read alone is written on its behalf.
void Advance::complete(MState& m) {
  const uint32_t old = gen_ - 1;
  drain_.finish_generation(m, old);
  m.complete = true;
  GenerationText& text = *m.process->closing;
  const bool told =
      arena_thread(base_, m.slot).status_gen[old % 3].load(std::memory_order_acquire) == old;
  if (told) m.known_gen = std::max(m.known_gen, old);
  const bool gone = m.dead && m.gone_gen <= old && drain_.is_drained(m);
  if (gone) drain_.take_losses(m);
  // A G that had a status in the generation before lives through this one; any other appeared in
  // the next one only.
  const bool silent = m.known_gen == old - 1 && m.note.gen == old;
  if (m.owed.count && (silent || gone)) encoder_.lost(text, m);
  // One that lost all it did came to its status at some time since; how much it lost it tells
  // itself.
  if (silent && m.note.status != Status::None) {
    m.gap = m.gap || m.note.untold;
    encoder_.status(text, m, m.note, m.note.untold ? start_.ticks : text.start);
  }
  // What it writes in the gate that it is still inside comes too late: its next status need not
  // follow.
  m.gap = m.gap || m.forced;
  if (!gone) return;
  if (m.g) encoder_.gone(text, m, start_.ticks);
  threads_.retire(m);
}

void Advance::end(GenerationText& text, EndReason reason, uint64_t time) {
  const ArenaHeader& header = arena_header(base_);
  encoder_.unseen(text, header.untraced_threads.load(std::memory_order_relaxed),
                  header.untraced_processes.load(std::memory_order_relaxed));
  encoder_.end(text, reason, time);
}

// Modules that no record told of, and files that have lost their names.  Called when a generation
// closes, before its tables are written.
void Advance::look_at_files(ProcessState& process) {
  if (!process.maps.is_due()) return;
  const std::vector<Mapping>& mappings = process.maps.read();
  // Asked afterwards: these are not the maps of what an exec has put in its place.
  if (arena_process(base_, process.slot).phase() != ProcessPhase::Live) return;
  process.discovery->find(mappings, *process.modules, process.closing->gen);
  process.images->keep(mappings, *process.modules, *process.sink);
}

void Advance::close_old(ProcessState& process) {
  look_at_files(process);
  encoder_.standing(*process.closing);
  encoder_.standing(*process.current);
  process.begun = process.begun || process.closing->last_event != 0;
  if (!process.begun) return process.closing.reset();
  end(*process.closing, EndReason::Next, start_.ticks);
  process.hand_on(0);
  process.sink->end_generation();
  process.closing.reset();
}

void Advance::close(ProcessState& process, EndReason reason) {
  process.dead = true;
  threads_.scan();
  for (MState* m : process.threads) {
    m->dead = m->passed = true;
    m->forced = false;
    m->gone_gen = gen_ + 1;  // it ends with its process, no event of its own
  }
  drain_.take_full();
  drain_.sweep_process(process);
  if (process.closing) {
    for (MState* m : std::vector<MState*>(process.threads))
      if (!m->complete) complete(*m);
    close_old(process);
  }
  GenerationText& text = *process.current;
  const uint64_t now = clock_.ticks();
  for (MState* m : process.threads) {
    note(*m);
    drain_.finish_generation(*m, gen_);
    if (arena_thread(base_, m->slot).status_gen[gen_ % 3].load() == gen_)
      m->known_gen = std::max(m->known_gen, gen_);
    drain_.take_losses(*m);
    if (m->known_gen == gen_ - 1 && m->note.status != Status::None) {
      m->gap = m->gap || m->note.untold;
      if (m->owed.count) encoder_.lost(text, *m);
      encoder_.status(text, *m, m->note, m->note.untold ? now : text.start);
    }
    if (m->owed.count) encoder_.lost(text, *m);
  }
  encoder_.standing(text);
  process.modules->settle();
  process.objects->settle();
  process.images->keep_last(*process.modules, *process.sink);
  end(text, reason, now);
  process.begun = true;  // a file without any event has one generation, too
  process.hand_on(0);
  process.sink->end_generation();
  process.sink->finish();
  drain_.forget(process);
  threads_.drop(process);
}

}  // namespace thrace::collector

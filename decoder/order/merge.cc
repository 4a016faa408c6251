// Merging the cursors of a generation.
#include "decoder/order/merge.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>

#include "decoder/text/event_text.h"

namespace thrace {
namespace {

constexpr size_t kFrontierRows = 40;
constexpr uint32_t kFrontiers = 3;       // that are shown: later ones are mostly the same again
constexpr size_t kMostDebts = 64 << 10;  // that are remembered

}  // namespace

void Merge::begin(const Generation& generation, EventSink& sink) {
  generation_ = &generation;
  sink_ = &sink;
  machine_.begin(generation.number, first_, gap_ || generation.after_gap);
  first_ = false;
  gap_ = !generation.whole();
  if (generation.damaged) machine_.loosen();
  sink.begin(generation);

  cursors_.clear();
  heap_.clear();
  held_.clear();
  start_holds_.clear();
  wake_holds_.clear();
  cursors_.resize(generation.threads.size());
  for (uint32_t i = 0; i < cursors_.size(); i++) {
    cursors_[i].batches = &generation.threads[i];
    cursors_[i].thread = &machine_.thread(generation.threads[i].m);
    if (advance(cursors_[i])) push(i);
  }
}

bool Merge::run_until(uint64_t until) {
  until_ = until;
  const uint64_t before = events_;
  do {
    if (heap_.empty()) {
      if (!waive()) return false;
      continue;
    }
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    const uint32_t index = heap_.back().index;
    heap_.pop_back();
    run_thread(index);
  } while (events_ == before || next_time() <= until);
  return true;
}

void Merge::end() {
  if (machine_.loose()) gap_ = true;
  sink_->end(*generation_);
  machine_.end();
}

void Merge::push(uint32_t index) {
  heap_.push_back({cursors_[index].head.time, index});
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
}

// Moves a cursor to its next event.  False at the end.
bool Merge::advance(Cursor& c) {
  while (true) {
    switch (c.cursor.next(c.head)) {
      case BatchCursor::Step::Event:
        return true;
      case BatchCursor::Step::End:
        break;
      case BatchCursor::Step::UnknownEvent:
        report("F6", "an event has an unknown number, the rest of its batch is lost", c);
        machine_.loosen();
        break;
      case BatchCursor::Step::Malformed:
        report("F6", "an event is malformed, the rest of its batch is lost", c);
        machine_.loosen();
        break;
    }
    if (c.next_batch == c.batches->batches.size()) return false;
    c.cursor = BatchCursor(c.batches->batches[c.next_batch++].batch);
  }
}

// Delivers events of one M until another is next, or it is held back, or it ends, or comes to one
// that is too late.
void Merge::run_thread(uint32_t index) {
  Cursor& c = cursors_[index];
  while (true) {
    if (!debts_.empty() && c.thread->generation != generation_->number) settle(c);
    const uint64_t g = c.thread->task ? c.thread->task->g : 0;
    switch (machine_.apply(*c.thread, c.head)) {
      case Verdict::Done:
        deliver(c, g);
        break;
      case Verdict::Skip:
        skipped_++;
        break;
      case Verdict::HoldStart:
        start_holds_[c.head.args[0]].push_back(index);
        return hold(index);
      case Verdict::HoldWake:
        wake_holds_[c.head.args[1]].push_back({c.head.args[3], index});
        return hold(index);
      case Verdict::Broken: {
        report(machine_.rule(), machine_.reason(), c);
        machine_.loosen();
        continue;  // once more: what does not fit is skipped from here on
      }
    }
    if (!advance(c)) return;
    if (c.head.time > until_ || (!heap_.empty() && HeapEntry{c.head.time, index} > heap_.front())) {
      push(index);
      return;
    }
  }
}

void Merge::deliver(Cursor& c, uint64_t g_before) {
  time_ = std::max(time_, c.head.time);
  const Task* task = c.thread->task;
  const uint64_t g = task ? task->g : g_before;
  events_++;
  if (c.head.type == Event::Lost) lost_ += c.head.args[0];
  sink_->event(*generation_, {c.head, time_, c.thread->m, g, task});
  release(c.head, c.thread->m);
  if (c.head.type == Event::GoStop) release_start(g_before);
}

void Merge::release_start(uint64_t g) {
  if (start_holds_.empty()) return;
  const auto* waiting = start_holds_.find(g);
  if (!waiting) return;
  for (const uint32_t index : *waiting) unhold(index);
  start_holds_.erase(g);
}

// Lets those go on that waited for this event.
void Merge::release(const EventView& event, uint64_t m) {
  if (event.type == Event::GoCreate || event.type == Event::GoStatus) release_start(event.args[0]);
  if (event.type != Event::Wake || wake_holds_.empty()) return;
  auto* waiting = wake_holds_.find(m);
  if (!waiting) return;
  std::erase_if(*waiting, [&](const WakeHold& hold) {
    if (hold.seq > event.args[2]) return false;
    unhold(hold.index);
    return true;
  });
}

void Merge::hold(uint32_t index) {
  cursors_[index].held = true;
  held_.insert({cursors_[index].head.time, index});
}

// A cursor whose hold was waived may still be listed: only what is held goes back to the heap.
void Merge::unhold(uint32_t index) {
  if (!cursors_[index].held) return;
  let_go(index);
  push(index);
}

void Merge::let_go(uint32_t index) {
  cursors_[index].held = false;
  held_.erase({cursors_[index].head.time, index});
}

// Nothing can advance.  True if something can after all.
bool Merge::waive() {
  if (held_.empty()) return false;
  const bool missing = !generation_->whole() || machine_.loose();
  for (const auto& [time, index] : held_) {
    Cursor& c = cursors_[index];
    const bool is_wake = c.head.type == Event::GoUnblock;
    if (is_wake && !missing) {
      const Thread* waker = machine_.find_thread(c.head.args[1]);
      if (!waker || !waker->lost) owe(c);
    }
    if (!is_wake && !missing && !machine_.lossy()) continue;
    const uint64_t g = c.thread->task ? c.thread->task->g : 0;
    if (!machine_.force(*c.thread, c.head)) continue;
    const uint32_t next = index;
    let_go(next);
    deliver(c, g);
    if (advance(c)) push(next);
    return true;
  }
  // Starts of Gs that nobody created.
  const uint32_t first = held_.begin()->second;
  Cursor& c = cursors_[first];
  if (missing) {
    skipped_++;
    c.thread->astray = true;
  } else {
    report("R4",
           fmt::format("no M can advance: G {} is never runnable{}", c.head.args[0], frontier()),
           c);
    machine_.loosen();
    return true;
  }
  let_go(first);
  if (advance(c)) push(first);
  return true;
}

void Merge::owe(const Cursor& c) {
  if (debts_.size() == kMostDebts) return;
  const uint64_t m = c.head.args[1];
  owing_[m] = true;
  debts_.push_back(
      {m, problem("R6", fmt::format("Wake {} of M {} never comes{}", c.head.args[3], m, frontier()),
                  c)});
}

// An M writes again in a later generation: did it lose what is missing?
void Merge::settle(const Cursor& c) {
  if (!owing_.find(c.thread->m)) return;
  owing_.erase(c.thread->m);
  std::erase_if(debts_, [&](const Debt& debt) {
    if (debt.m != c.thread->m) return false;
    if (c.head.type != Event::Lost) add(problems_, debt.problem);
    return true;
  });
}

void Merge::finish() {
  for (const Debt& debt : debts_) add(problems_, debt.problem);
  debts_.clear();
}

Problem Merge::problem(const char* rule, std::string text, const Cursor& c) const {
  const size_t n = c.next_batch;
  const uint64_t position = n == 0 ? 0 : c.batches->batches[n - 1].position;
  return {file_, generation_->offset, rule,
          fmt::format("generation {}, batch at byte {} of its frame, M {}{}: {}",
                      generation_->number, position, c.batches->m,
                      c.head.spec ? fmt::format(", time {}, {}", c.head.time,
                                                event_text(c.head, TimeForm::Absolute))
                                  : std::string(),
                      text)};
}

void Merge::report(const char* rule, std::string text, const Cursor& c) {
  add(problems_, problem(rule, std::move(text), c));
}

// Each M that is held, its state and its next event: what a reader of a broken trace looks at
// first.
std::string Merge::frontier() {
  if (frontiers_ == kFrontiers) return {};
  frontiers_++;
  std::string out = "; frontier:";
  size_t rows = 0;
  for (const Cursor& c : cursors_) {
    if (!c.held) continue;
    if (rows++ == kFrontierRows) return out + "\n  ...";
    out += fmt::format("\n  M {}: ", c.thread->m);
    if (const Task* task = c.thread->task)
      out += fmt::format("G {} {}", task->g,
                         enum_text(ArgType::Status, static_cast<uint64_t>(task->status)));
    else
      out += "no G";
    out += fmt::format("; next at {}: {}", c.head.time, event_text(c.head, TimeForm::Absolute));
  }
  return out;
}

}  // namespace thrace

// Walking the new records of chunks that are still being written.
#include "core/collector/preview.h"

#include "core/collector/arena_file.h"
#include "core/collector/process_state.h"

namespace thrace::collector {

void Preview::look(uint64_t now) {
  if (now - looked_ < kInterval) return;
  looked_ = now;
  look();
}

void Preview::look() {
  threads_.each([&](MState& m) { look(m); });
}

// A chunk goes on to others through the collector alone, which is here.
void Preview::look(MState& m) {
  const Tail tail{arena_thread(base_, m.slot).tail.load(std::memory_order_acquire)};
  const Tail before{m.previewed};
  if (tail.word == before.word) return;
  m.previewed = tail.word;
  const uint32_t cls = chunk_class(arena_header(base_), tail.page());
  if (cls == kChunkClasses || tail.offset() > chunk_words(cls)) return;
  const ChunkHeader& chunk = arena_chunk(base_, tail.page());
  const uint32_t gen = chunk.gen.load(std::memory_order_relaxed);
  const uint64_t held = ChunkHeader::make(m.m, gen, Holder::Held);
  if (!tail.of(gen) || chunk.holder.load(std::memory_order_acquire) != held) return;
  GenerationText* text = m.process->text(gen);
  if (!text) return;
  const bool goes_on = before.page() == tail.page() && before.gen() == tail.gen() &&
                       before.offset() >= kChunkHeaderWords && before.offset() <= tail.offset();
  if (!goes_on && before.page() && before.gen() == tail.gen()) {
    // It fills its chunks: they come by themselves, unless it is slower from now on.
    m.previewed = Tail::make(gen, tail.page(), cls, kChunkHeaderWords, 0).word;
    return;
  }
  const auto* words = reinterpret_cast<const uint64_t*>(&chunk);
  walk_records(
      words, tail.offset(), gen,
      [&](uint32_t offset, uint64_t header, const EventSpec& spec) {
        encoder_.preview(*text, words + offset, header, spec);
      },
      [] {}, goes_on ? before.offset() : kChunkHeaderWords);
}

}  // namespace thrace::collector

// Batches: every event of the table goes through encoding and back; damage is seen.
#include "core/format/batch.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace thrace {
namespace {

bool has_bytes(ArgType type) { return type == ArgType::Bytes || type == ArgType::Frames; }

// A value for an argument that shows mistakes in its encoding.
uint64_t sample(ArgType type, uint64_t time, size_t round) {
  const uint64_t values[] = {0, 1, 127, 128, 1ull << 32, ~0ull};
  const uint64_t value = values[round % std::size(values)];
  return type == ArgType::Time ? time - value : value;
}

TEST(Batch, EachEventRoundTrips) {
  for (size_t round = 0; round < 6; round++) {
    std::string out;
    BatchWriter writer(out);
    writer.begin(7, 3, 1000);
    uint64_t time = 1000;
    for (const EventSpec& spec : event_specs()) {
      uint64_t args[kMaxArgs] = {};
      for (size_t i = 0; i < spec.nargs; i++)
        if (!has_bytes(spec.args[i].type))
          args[i] = sample(spec.args[i].type, time, round + i);
      writer.event(spec.number, time, {args, spec.nargs}, std::string(round * 40, 'x'),
                   sample(ArgType::Uint, time, round));
      time += round * 100;
    }
    writer.end();

    size_t pos = 0;
    Batch batch;
    ASSERT_EQ(read_batch(out, pos, batch), BatchError::None);
    EXPECT_EQ(pos, out.size());
    EXPECT_EQ(batch.gen, 7u);
    EXPECT_EQ(batch.m, 3u);
    EXPECT_EQ(batch.time, 1000u);

    BatchCursor cursor(batch);
    EventView event;
    time = 1000;
    for (const EventSpec& spec : event_specs()) {
      ASSERT_EQ(cursor.next(event), BatchCursor::Step::Event) << spec.name;
      EXPECT_EQ(event.spec, &spec);
      EXPECT_EQ(event.time, time) << spec.name;
      for (size_t i = 0; i < spec.nargs; i++) {
        if (has_bytes(spec.args[i].type))
          EXPECT_EQ(event.bytes, std::string(round * 40, 'x'));
        else
          EXPECT_EQ(event.args[i], sample(spec.args[i].type, time, round + i)) << spec.name << i;
      }
      EXPECT_EQ(event.stack, sample(ArgType::Uint, time, round)) << spec.name;
      time += round * 100;
    }
    EXPECT_EQ(cursor.next(event), BatchCursor::Step::End);
  }
}

std::string two_batches() {
  std::string out;
  BatchWriter writer(out);
  for (const uint64_t m : {1, 2}) {
    writer.begin(1, m, 10);
    const uint64_t args[] = {m};
    writer.event(Event::GoStart, 20, args);
    writer.end();
  }
  return out;
}

TEST(Batch, EmptyOnesAreNotWritten) {
  std::string out;
  BatchWriter writer(out);
  writer.begin(1, 1, 1);
  EXPECT_TRUE(writer.empty());
  writer.end();
  EXPECT_TRUE(out.empty());
}

TEST(Batch, CutAnywhereIsCut) {
  const std::string out = two_batches();
  size_t first = 0;
  Batch batch;
  ASSERT_EQ(read_batch(out, first, batch), BatchError::None);
  for (size_t size = first + 1; size < out.size(); size++) {
    size_t pos = first;
    EXPECT_EQ(read_batch(std::string_view(out).substr(0, size), pos, batch), BatchError::Cut);
  }
  size_t pos = out.size();
  EXPECT_EQ(read_batch(out, pos, batch), BatchError::End);
}

TEST(Batch, EachFlippedBitIsSeen) {
  const std::string whole = two_batches();
  size_t first = 0;
  Batch batch;
  ASSERT_EQ(read_batch(whole, first, batch), BatchError::None);
  for (size_t bit = 0; bit < first * 8; bit++) {
    std::string out = whole;
    out[bit / 8] ^= static_cast<char>(1 << bit % 8);
    size_t pos = 0;
    EXPECT_NE(read_batch(out, pos, batch), BatchError::None) << bit;
  }
}

TEST(Batch, ABadChecksumIsSteppedOver) {
  std::string out = two_batches();
  out[6] ^= 1;
  size_t pos = 0;
  Batch batch;
  EXPECT_EQ(read_batch(out, pos, batch), BatchError::BadChecksum);
  ASSERT_EQ(read_batch(out, pos, batch), BatchError::None);
  EXPECT_EQ(batch.m, 2u);
}

TEST(BatchCursor, StopsAtWhatItCannotRead) {
  const auto first_step = [](std::string_view events) {
    BatchCursor cursor(Batch{1, 1, 0, events});
    EventView event;
    return cursor.next(event);
  };
  EXPECT_EQ(first_step("\x7f\x01"), BatchCursor::Step::UnknownEvent);
  EXPECT_EQ(first_step("\x22"), BatchCursor::Step::Malformed);
  EXPECT_EQ(first_step("\x22\x01"), BatchCursor::Step::Malformed);
  EXPECT_EQ(first_step("\x22\x01\x01"), BatchCursor::Step::Event);
  // The stack that the type promises is missing, or none.
  EXPECT_EQ(first_step("\xa2\x01\x01"), BatchCursor::Step::Malformed);
  EXPECT_EQ(first_step(std::string_view("\xa2\x01\x01\x00", 4)), BatchCursor::Step::Malformed);
  EXPECT_EQ(first_step("\xa2\x01\x01\x09"), BatchCursor::Step::Event);
  // A text that claims more bytes than there are, or than are allowed.
  EXPECT_EQ(first_step(std::string_view("\x01\x00\x01\x05zz", 6)), BatchCursor::Step::Malformed);
  EXPECT_EQ(first_step(std::string("\x01\x00\x01\xff\xff\x03", 6) + std::string(70000, 'x')),
            BatchCursor::Step::Malformed);
}

}  // namespace
}  // namespace thrace

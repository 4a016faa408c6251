// Chunks become batches: in order, each record once, whatever lies between.
#include <gmock/gmock.h>

#include "core/collector/rig_for_test.h"

namespace thrace::collector {
namespace {

using testing::ElementsAre;
using Lines = std::vector<std::string>;

std::string at(uint64_t time, const std::string& event, const std::string& args) {
  return event + "@" + std::to_string(time) + " " + args;
}

class DrainTest : public RigTest {
 protected:
  uint32_t call(uint32_t slot, uint64_t time, uint64_t number,
                RecordState state = RecordState::Committed) {
    guest_->record(slot, Event::GoSyscallBegin, time, {number, 0}, Status::Syscall, state);
    return slot;
  }
};

TEST_F(DrainTest, ChunksOfAnMComeInOrder) {
  const uint32_t m = guest_->thread(process_, gettid());
  const uint32_t first = guest_->chunk(m, 1, 0);
  guest_->status(m, start_ + 10);
  const uint32_t second = guest_->chunk(m, 1, 1);
  call(m, start_ + 20, 1);
  const uint32_t third = guest_->chunk(m, 1, 2);
  call(m, start_ + 30, 2);
  guest_->push(m, second);
  tick();
  EXPECT_EQ(encoder_->events(), 0u) << "the first is still missing";
  guest_->push(m, third);
  guest_->push(m, first);
  tick();
  EXPECT_EQ(encoder_->events(), 3u);
  close();
  EXPECT_THAT(trace().lines(0), ElementsAre(at(start_ + 10, "M1 GoStatus",
                                               "1 2 0 0 0 " + std::to_string(start_ + 10)),
                                            at(start_ + 20, "M1 GoSyscallBegin", "1 0"),
                                            at(start_ + 30, "M1 GoSyscallBegin", "2 0")));
  EXPECT_EQ(trace().end(0), "M0 EndOfGeneration 2");
  EXPECT_EQ(trace().index.size(), 2u);
}

TEST_F(DrainTest, TakesNoChunkWhoseWriterIsStillInside) {
  const uint32_t m = guest_->thread(process_, gettid());
  const uint32_t page = guest_->chunk(m, 1, 0);
  guest_->status(m, start_ + 10);
  (*guest_)[m].owner = 0x7000;
  guest_->push(m, page);
  tick();
  EXPECT_EQ(encoder_->events(), 0u);
  (*guest_)[m].seq = 1;  // in the next gate already
  tick();
  EXPECT_EQ(encoder_->events(), 1u);
}

TEST_F(DrainTest, WhatWasAbandonedIsMarkedAndItsChunkRests) {
  const uint32_t m = guest_->thread(process_, gettid());
  const uint32_t before = free_chunks();
  const uint32_t page = guest_->chunk(m, 1, 0);
  guest_->status(m, start_ + 10);
  guest_->skip(m, 3);
  call(m, start_ + 20, 1);
  call(m, start_ + 30, 2, RecordState::Reserved);
  call(m, start_ + 40, 3, RecordState::Reserved);
  call(m, start_ + 50, 4);
  const uint64_t late = start_ + 60;
  guest_->record(m, Event::Lost, late, {0, late, late});
  guest_->push(m, page);
  tick();
  EXPECT_EQ(free_chunks(), before - 1);
  store_->wake_rested(~uint64_t{0});
  EXPECT_EQ(free_chunks(), before);
  for (uint32_t i = kChunkHeaderWords; i < kPage / 8; i++) ASSERT_EQ(guest_->words(page)[i], 0u);
  close();
  const auto lost = [](uint64_t time) {
    const std::string text = std::to_string(time);
    return "0 " + text + " " + text;
  };
  const Lines lines = trace().lines(0);
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines[1], at(start_ + 20, "M1 Lost", lost(start_ + 20)));
  EXPECT_EQ(lines[2], at(start_ + 21, "M1 GoSyscallBegin", "1 0"));
  EXPECT_EQ(lines[3], at(start_ + 50, "M1 Lost", lost(start_ + 50)));
  EXPECT_EQ(lines[4], at(start_ + 51, "M1 GoSyscallBegin", "4 0"));
  EXPECT_EQ(lines[5], at(late, "M1 Lost", lost(late)));
}

TEST_F(DrainTest, AHoleAtTheEndIsSeenToo) {
  const uint32_t m = guest_->thread(process_, gettid());
  const uint32_t first = guest_->chunk(m, 1, 0);
  guest_->status(m, start_ + 10);
  guest_->skip(m, 3);
  guest_->push(m, first);
  const uint32_t second = guest_->chunk(m, 1, 1);
  call(m, start_ + 20, 1);
  guest_->push(m, second);
  tick();
  close();
  const Lines lines = trace().lines(0);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1].substr(0, 8), "M1 Lost@");
}

TEST_F(DrainTest, NotTooMuchRests) {
  const uint32_t before = free_chunks();
  for (uint32_t i = 0; i < before; i++)
    store_->rest(free_list_pop(guest_->header().free_chunks[0], chunk_link(base_)), 1);
  EXPECT_GE(free_chunks(), before - kMinArena / kRestingShare / kPage);
}

TEST_F(DrainTest, WordsOfAnotherGenerationAndNonsenseAreDropped) {
  const uint32_t m = guest_->thread(process_, gettid());
  const uint32_t page = guest_->chunk(m, 1, 0);
  guest_->status(m, start_ + 10);
  uint64_t* words = guest_->words(page) + Tail{(*guest_)[m].tail}.offset();
  words[0] = RecordHeader::make(RecordState::Committed, 0x30, 7, 3, 1);  // GoSyscallBegin of gen 7
  words[1] = start_ + 20;
  words[3] = ~uint64_t{0};
  guest_->skip(m, 13);
  words[4] = RecordHeader::make(RecordState::Committed, 0x30, 1, 9, 1);  // of a wrong length
  guest_->push(m, page);
  tick();
  EXPECT_EQ(encoder_->events(), 1u);
}

TEST_F(DrainTest, TimesStrictlyIncrease) {
  const uint32_t m = guest_->thread(process_, gettid());
  const uint32_t page = guest_->chunk(m, 1, 0);
  guest_->status(m, start_ + 10);
  call(m, start_ + 10, 1);
  call(m, start_ + 5, 2);
  guest_->push(m, page);
  tick();
  close();
  const Lines lines = trace().lines(0);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1], at(start_ + 11, "M1 GoSyscallBegin", "1 0"));
  EXPECT_EQ(lines[2], at(start_ + 12, "M1 GoSyscallBegin", "2 0"));
}

TEST_F(DrainTest, LabelsAndNamesAreInternedOnce) {
  const uint32_t m = guest_->thread(process_, gettid());
  const uint32_t page = guest_->chunk(m, 1, 0);
  guest_->status(m, start_ + 10);
  for (uint64_t i = 0; i < 3; i++) {
    uint64_t text[2] = {};
    std::memcpy(text, i == 1 ? "m1" : "worker-pool", i == 1 ? 2 : 11);
    guest_->record(m, Event::GoLabel, start_ + 20 + i, {1, text[0], text[1]});
  }
  guest_->push(m, page);
  tick();
  close();
  const Lines lines = trace().lines(0, true);
  EXPECT_EQ(lines[1], "M0 String 1 m1");
  EXPECT_EQ(lines[2], "M0 Thread 1 " + std::to_string(gettid()) + " 1");
  EXPECT_EQ(lines[3], "M0 String 2 worker-pool");
  EXPECT_EQ(lines[5], at(start_ + 20, "M1 GoLabel", "1 2"));
  EXPECT_EQ(lines[6], at(start_ + 21, "M1 GoLabel", "1 1"));
  EXPECT_EQ(lines[7], at(start_ + 22, "M1 GoLabel", "1 2"));
}

TEST_F(DrainTest, ADamagedQueueDoesNotHang) {
  const uint32_t m = guest_->thread(process_, gettid());
  const uint32_t page = guest_->chunk(m, 1, 0);
  guest_->push(m, page);
  arena_chunk(base_, page).next = page;
  tick();
  guest_->header().full = 3;  // no chunk starts there
  tick();
}

TEST_F(DrainTest, ARetainedSlotIsReusedOnceItsThreadIsGone) {
  for (int i = 0; i < 3; i++) {
    const uint32_t m = guest_->thread(process_, kDeadTid);
    EXPECT_EQ(m, 1u);
    const uint32_t page = guest_->chunk(m, 1, 0);
    guest_->record(m, Event::GoStart, start_ + 10, {(*guest_)[m].g});
    guest_->record(m, Event::GoDestroy, start_ + 20, {(*guest_)[m].g}, Status::None);
    (*guest_)[m].phase = ThreadPhase::Ended;
    guest_->push(m, page);
    tick();
    ASSERT_EQ(threads_->ended().size(), 1u);
    MState* state = threads_->ended()[0];
    EXPECT_TRUE(threads_->is_gone(*state));
    EXPECT_TRUE(drain_->is_drained(*state));
    threads_->retire(*state);
  }
  EXPECT_EQ(encoder_->events(), 6u);
}

}  // namespace
}  // namespace thrace::collector

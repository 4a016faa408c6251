// Generations: each can be read alone, stragglers and the dead included.
#include "core/collector/advance.h"

#include <gmock/gmock.h>

#include "core/collector/rig_for_test.h"

namespace thrace::collector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

class AdvanceTest : public RigTest {
 protected:
  // A thread of this process that has its status in the first generation.
  uint32_t running() {
    const uint32_t m = guest_->thread(process_, gettid());
    guest_->chunk(m, 1, 0);
    guest_->status(m, start_ + 10);
    return m;
  }
  // It is inside a gate of the first generation when the next one begins.
  void hold_up(uint32_t m) {
    (*guest_)[m].owner = 0x7000;
    (*guest_)[m].entry_gen = 1;
    tick();
    next_generation();
    EXPECT_TRUE(advance_->under_way());
  }

  void wait_on(uint32_t slot, uint64_t object) {
    Thread& m = (*guest_)[slot];
    m.detail = static_cast<uint32_t>(WaitReason::Mutex);
    m.object = object;
    m.holder_tid = 77;
    m.since = start_ + 50;
    guest_->record(slot, Event::GoBlock, start_ + 50,
                   {static_cast<uint64_t>(WaitReason::Mutex), object, 77}, Status::Waiting);
  }
};

TEST_F(AdvanceTest, HeldChunksAreTakenAndSilentMsGetTheirStatus) {
  const uint32_t sleeper = guest_->thread(process_, gettid());
  guest_->chunk(sleeper, 1, 0);
  guest_->status(sleeper, start_ + 10);
  wait_on(sleeper, 4096);
  const uint32_t runner = guest_->thread(process_, other_tid());
  guest_->chunk(runner, 1, 0);
  guest_->status(runner, start_ + 20);
  tick();
  next_generation();
  EXPECT_FALSE(advance_->under_way());
  EXPECT_EQ(encoder_->events(), 3u);
  next_generation();
  close();
  ASSERT_EQ(trace().generations.size(), 3u);
  EXPECT_EQ(trace().end(0), "M0 EndOfGeneration 1");
  for (const size_t silent : {1, 2})
    EXPECT_THAT(
        trace().lines(silent),
        ElementsAre(MatchesRegex("M1 GoStatus@[0-9]+ 1 4 1 4096 77 " + std::to_string(start_ + 50)),
                    MatchesRegex("M2 GoStatus@[0-9]+ 2 2 0 0 0 [0-9]+")));
  EXPECT_EQ(trace().end(2), "M0 EndOfGeneration 2");
}

// The tables of each generation tell whose memory is whose: of a thread that runs.
TEST_F(AdvanceTest, ThreadStacksStandBesideTheirThreads) {
  const uint32_t m = running();
  (*guest_)[m].stack_low = 4096;
  (*guest_)[m].stack_high = 8192;
  (*guest_)[m].handle = 8192;
  const uint32_t child = guest_->thread(process_, 0, ThreadPhase::Created);
  (*guest_)[child].status_gen[1] = 1;
  tick();
  next_generation();
  next_generation();  // the child is silent
  // It starts, and its records are here before the collector looks at the slots again.
  (*guest_)[child].stack_low = 7;  // half of what is known is nothing
  (*guest_)[child].handle = 9000;
  (*guest_)[child].tid = other_tid();
  (*guest_)[child].phase = ThreadPhase::Live;
  const uint32_t page = guest_->chunk(child, 3, 0);
  guest_->record(child, Event::GoStart, start_ + 300, {(*guest_)[child].g});
  guest_->chunk(child, 3, 1);
  guest_->push(child, page);
  drain_->take_full();
  (*guest_)[child].seq++;
  drain_->encode_ready();
  close();
  const auto named = [&](size_t generation) {
    std::vector<std::string> lines;
    for (const std::string& line : trace().lines(generation, true)) {
      if (line.starts_with("M0 Thread ")) lines.push_back(line.substr(3, line.rfind(' ') - 3));
      if (line.starts_with("M0 ThreadStack ")) lines.push_back(line.substr(3));
    }
    return lines;  // without the names
  };
  const std::string first = "Thread 1 " + std::to_string(gettid());
  const std::string second = "Thread 2 " + std::to_string(other_tid());
  const std::string stack = "ThreadStack 1 4096 8192 8192";
  EXPECT_THAT(named(0), ElementsAre(first, stack));
  EXPECT_THAT(named(1), ElementsAre(first, stack, "Thread 2 0"));
  EXPECT_THAT(named(2), ElementsAre(second, "ThreadStack 2 0 0 9000", first, stack));
}

TEST_F(AdvanceTest, ATaskThatDoesNotRunYetStaysRunnable) {
  const uint32_t m = running();
  const uint32_t child = guest_->thread(process_, 0, ThreadPhase::Created);
  guest_->record(m, Event::GoCreate, start_ + 20, {(*guest_)[child].g, 0x1000});
  (*guest_)[child].status_gen[1] = 1;
  tick();
  next_generation();
  next_generation();
  close();
  EXPECT_EQ(trace().lines(0).size(), 2u);
  EXPECT_THAT(trace().lines(1)[1], MatchesRegex("M2 GoStatus@[0-9]+ 2 1 0 0 0 [0-9]+"));
}

TEST_F(AdvanceTest, OneThatBeganInTheNewGenerationHasNoStatusInTheOld) {
  const uint32_t m = guest_->thread(process_, gettid());
  tick();
  next_generation();
  guest_->chunk(m, 2, 0);
  guest_->record(m, Event::GoCreateSyscall, start_ + 10, {1}, Status::Syscall);
  tick();
  close();
  // A generation before the first event is left out.
  ASSERT_EQ(trace().generations.size(), 1u);
  EXPECT_EQ(trace().lines(0).size(), 1u);
}

TEST_F(AdvanceTest, WaitsForAnMInsideItsGate) {
  const uint32_t m = running();
  hold_up(m);
  tick();
  EXPECT_TRUE(advance_->under_way());
  guest_->record(m, Event::GoSyscallBegin, start_ + 30, {5, 0}, Status::Syscall);
  (*guest_)[m].owner = 0;
  tick();
  EXPECT_FALSE(advance_->under_way());
  close();
  EXPECT_EQ(trace().lines(0).size(), 2u);
}

TEST_F(AdvanceTest, OthersGoOnWhileOneIsWaitedFor) {
  const uint32_t stuck = guest_->thread(process_, gettid());
  const uint32_t busy = guest_->thread(process_, other_tid());
  for (const uint32_t m : {stuck, busy}) {
    guest_->chunk(m, 1, 0);
    guest_->status(m, start_ + 10);
  }
  (*guest_)[stuck].owner = 0x7000;
  (*guest_)[stuck].entry_gen = 1;
  tick();
  next_generation();
  const uint32_t before = free_chunks();
  const uint32_t page = guest_->chunk(busy, 2, 0);
  guest_->status(busy, start_ + 100);
  guest_->push(busy, page);
  tick();
  EXPECT_TRUE(advance_->under_way());
  EXPECT_EQ(free_chunks(), before) << "its chunk of the new generation is drained";
  (*guest_)[stuck].owner = 0;
  tick();
  close();
  EXPECT_EQ(trace().lines(0).size(), 2u);
  EXPECT_EQ(trace().lines(1).size(), 2u);
}

// The committed prefix counts, what it writes afterwards is lost and told (T5, T8).
TEST_F(AdvanceTest, AStragglerIsGivenUpOnAndItsLateEventsAreCounted) {
  const uint32_t m = guest_->thread(process_, gettid());
  const uint32_t page = guest_->chunk(m, 1, 0);
  guest_->status(m, start_ + 10);
  const Tail open{(*guest_)[m].tail};
  guest_->record(m, Event::GoSyscallBegin, start_ + 20, {5, 0}, Status::Syscall,
                 RecordState::Reserved);
  (*guest_)[m].owner = 0x7000;
  (*guest_)[m].entry_gen = 1;
  tick();
  next_generation();
  now_ += kPatience;
  tick();
  EXPECT_FALSE(advance_->under_way());
  EXPECT_EQ(encoder_->events(), 1u);
  // No second wait while it stays where it is.
  next_generation();
  EXPECT_FALSE(advance_->under_way());

  // It moves: the record is committed, another is added, the gate is left.
  guest_->words(page)[open.offset()] = RecordHeader::make(RecordState::Committed, 0x30, 1, 3, 5);
  guest_->record(m, Event::GoSyscallEnd, start_ + 40, {0, 0});
  (*guest_)[m].owner = 0;
  (*guest_)[m].seq = 1;
  guest_->chunk(m, 3, 0);
  guest_->status(m, start_ + 1000000);
  tick();
  next_generation();
  close();
  EXPECT_EQ(trace().lines(0).size(), 1u);
  ASSERT_EQ(trace().lines(1).size(), 2u) << "its status, which need not follow from what is known";
  EXPECT_THAT(trace().lines(1)[0], MatchesRegex("M1 Lost@[0-9]+ 0 .*"));
  ASSERT_EQ(trace().lines(2).size(), 2u);
  EXPECT_THAT(trace().lines(2)[0], MatchesRegex("M1 Lost@[0-9]+ 2 " + std::to_string(start_ + 20) +
                                                " " + std::to_string(start_ + 40)));
  EXPECT_THAT(trace().lines(2)[1], MatchesRegex("M1 GoStatus@.*"));
}

TEST_F(AdvanceTest, AChunkMarkedFullThatNeverComesIsFound) {
  const uint32_t m = guest_->thread(process_, gettid());
  const uint32_t orphan = guest_->chunk(m, 1, 0);
  guest_->status(m, start_ + 10);
  // Jumped out of between the mark and the push.
  arena_chunk(base_, orphan).holder = ChunkHeader::make((*guest_)[m].m, 1, Holder::Full);
  const uint32_t page = guest_->chunk(m, 1, 1);
  guest_->record(m, Event::GoSyscallBegin, start_ + 20, {5, 0}, Status::Syscall);
  guest_->push(m, page);
  tick();
  EXPECT_EQ(encoder_->events(), 0u);
  next_generation();
  for (int i = 0; i < 3; i++) tick();
  EXPECT_FALSE(advance_->under_way());
  EXPECT_EQ(encoder_->events(), 2u);
}

TEST_F(AdvanceTest, AThreadThatVanishesIsGone) {
  const uint32_t m = guest_->thread(process_, kDeadTid);
  guest_->chunk(m, 1, 0);
  guest_->status(m, start_ + 10);
  tick();
  next_generation();
  close();
  ASSERT_EQ(trace().lines(0).size(), 2u);
  EXPECT_THAT(trace().lines(0)[1], MatchesRegex("M1 GoDestroySyscall@[0-9]+ 1"));
  EXPECT_THAT(trace().lines(1), IsEmpty());
  EXPECT_EQ((*guest_)[m].phase, ThreadPhase::Free);
}

TEST_F(AdvanceTest, LossesThatTheGuestCannotTellAreTold) {
  const uint32_t m = running();
  (*guest_)[m].lost = 3;
  (*guest_)[m].lost_from = start_ + 20;
  (*guest_)[m].lost_to = start_ + 30;
  tick();
  close();
  ASSERT_EQ(trace().lines(0).size(), 2u);
  EXPECT_EQ(trace().lines(0)[1], "M1 Lost@" + std::to_string(start_ + 30) + " 3 " +
                                     std::to_string(start_ + 20) + " " +
                                     std::to_string(start_ + 30));
}

// It is in another status than the generation before left it in, and cannot say so yet.
TEST_F(AdvanceTest, AThreadThatLostAllOfAGenerationNeedNotFollow) {
  const uint32_t slot = running();
  tick();
  next_generation();
  Thread& m = (*guest_)[slot];
  m.introduced = 0;
  m.detail = static_cast<uint32_t>(WaitReason::Mutex);
  m.object = 4096;
  m.since = start_ + 20;
  m.tail = Tail::make(1, Tail{m.tail}.page(), 0, Tail{m.tail}.offset(),
                      static_cast<uint32_t>(Status::Waiting))
               .word;
  next_generation();
  guest_->chunk(slot, 3, 0);
  const uint64_t late = Clock(ClockKind::Monotonic).ticks();
  guest_->record(slot, Event::Lost, late, {1, start_ + 20, start_ + 20}, Status::Waiting);
  guest_->record(slot, Event::GoStatus, late + 1, {m.g, 4, 1, 4096, 0, start_ + 20},
                 Status::Waiting);
  close();
  EXPECT_THAT(trace().lines(1), ElementsAre(MatchesRegex("M1 Lost@[0-9]+ 0 .*"),
                                            MatchesRegex("M1 GoStatus@[0-9]+ 1 4 1 4096 0 " +
                                                         std::to_string(start_ + 20))));
  EXPECT_THAT(trace().lines(2),
              ElementsAre(MatchesRegex("M1 Lost@[0-9]+ 1 .*"), MatchesRegex("M1 GoStatus.*")));
}

TEST_F(AdvanceTest, ADeathInTheMiddleOfAnAdvanceClosesBoth) {
  const uint32_t m = running();
  hold_up(m);
  const uint32_t before = free_chunks();
  close(EndReason::Exec);
  EXPECT_EQ(free_chunks(), before + 1);
  ASSERT_EQ(trace().generations.size(), 2u);
  EXPECT_EQ(trace().end(0), "M0 EndOfGeneration 1");
  EXPECT_EQ(trace().end(1), "M0 EndOfGeneration 3");
  tick();
  EXPECT_FALSE(advance_->under_way());
}

TEST_F(AdvanceTest, NothingWrittenIsNoticed) {
  const uint32_t m = guest_->thread(process_, gettid());
  tick();
  EXPECT_FALSE(advance_->anything_written());
  guest_->chunk(m, 1, 0);
  EXPECT_TRUE(advance_->anything_written());
  next_generation();
  EXPECT_FALSE(advance_->anything_written());
}

TEST_F(AdvanceTest, WhatTheSessionCouldNotRecordIsSaidInEachGeneration) {
  running();
  guest_->header().untraced_threads = 3;
  tick();
  next_generation();
  close();
  for (const size_t generation : {0, 1})
    EXPECT_THAT(trace().lines(generation, true), testing::Contains("M0 Unseen 3 0"));
}

}  // namespace
}  // namespace thrace::collector

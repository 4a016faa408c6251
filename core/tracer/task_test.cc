// Tasks, losses and processes: what the tracer writes about them.
#include "core/tracer/task.h"

#include <sys/syscall.h>

#include <thread>

#include "core/arena/free_list.h"
#include "core/tracer/arena_for_test.h"
#include "core/tracer/call.h"

namespace thrace {
namespace {

class TaskTest : public ArenaTest {
 protected:
  // Takes all free chunks, so that nothing can be written.
  void take_all_chunks() {
    for (uint32_t cls = 0; cls < kChunkClasses; cls++)
      while (const uint32_t page =
                 free_list_pop(arena_header(base_).free_chunks[cls], chunk_link(base_)))
        taken_.emplace_back(cls, page);
  }

  void give_chunks_back() {
    for (const auto& [cls, page] : taken_)
      free_list_push(arena_header(base_).free_chunks[cls], page, chunk_link(base_));
    taken_.clear();
  }

  void fill_own_chunk() {
    for (int i = 0; i < 1000; i++) {
      Call call(SYS_read, i);
      call.end(0, i);
    }
  }

  static void make_call() {
    Call call(SYS_read, 7);
    call.end(0, 0);
  }

  std::vector<std::pair<uint32_t, uint32_t>> taken_;
};

TEST_F(TaskTest, TheFirstThreadIsShownAtStart) {
  const auto seen = records(own_m(), gen(), true);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].event, Event::GoStatus);
  EXPECT_EQ(seen[0].args[0], own_g());
  EXPECT_EQ(seen[0].args[1], uint64_t(Status::Running));
}

TEST_F(TaskTest, CreatedStartedEnded) {
  const uint32_t slot = create_task(reinterpret_cast<void*>(0x1234));
  ASSERT_NE(slot, 0u);
  const uint32_t g = thread_of(slot).g.load(), m = thread_of(slot).m.load();
  EXPECT_EQ(records(own_m(), gen()).back(), (Seen{Event::GoCreate, {g, 0x1234}}));
  EXPECT_EQ(thread_of(slot).phase.load(), ThreadPhase::Created);
  std::thread([&] {
    adopt_task(slot, 99, 0, 0);
    end_task();
    EXPECT_EQ(thread_of(slot).phase.load(), ThreadPhase::Ended);
    Call call(SYS_read, 1);  // a destructor
    call.end(0, 0);
  }).join();
  const auto seen = records(m, gen(), true);
  ASSERT_EQ(seen.size(), 7u);
  EXPECT_EQ(seen[0], (Seen{Event::GoStart, {g}}));
  EXPECT_EQ(seen[1], (Seen{Event::Wake, {uint64_t(WakeKind::Exit), 99, 1, 0}}));
  EXPECT_EQ(seen[2], (Seen{Event::GoDestroy, {g}}));
  EXPECT_EQ(seen[3].event, Event::GoCreateSyscall);
  EXPECT_NE(seen[3].args[0], g) << "ids are not used again";
  EXPECT_EQ(seen[5].event, Event::GoSyscallBegin);
}

// What a signal handler does on a thread that has not been adopted yet.
TEST_F(TaskTest, AnEarlyTaskEndsBeforeTheThreadIsAdopted) {
  const uint32_t slot = create_task(nullptr);
  const uint32_t g = thread_of(slot).g.load(), m = thread_of(slot).m.load();
  const Thread* early = nullptr;
  std::thread([&] {
    make_call();
    early = t_local.m;
    adopt_task(slot, 99, 0, 0);
    EXPECT_EQ(t_local.m, &thread_of(slot));
    EXPECT_EQ(t_local.muted, 0u);
  }).join();
  EXPECT_EQ(early->phase.load(), ThreadPhase::Ended);
  EXPECT_EQ(records(early->m.load(), gen()).back().event, Event::GoDestroy);
  EXPECT_EQ(records(m, gen()), (std::vector<Seen>{{Event::GoStart, {g}}}));
}

TEST_F(TaskTest, AThreadIsAdoptedThoughItsEarlyTaskCannotEnd) {
  const uint32_t slot = create_task(nullptr);
  std::thread([&] {
    make_call();
    const uint32_t before = gen();
    arena_header(base_).gen = 0;  // the session is over
    adopt_task(slot, 99, 0, 0);
    EXPECT_EQ(t_local.m, &thread_of(slot));
    EXPECT_EQ(t_local.muted, 0u);
    arena_header(base_).gen = before;
  }).join();
}

TEST_F(TaskTest, AFailedCreationGivesItsSlotBack) {
  const uint32_t slot = create_task(nullptr);
  const uint32_t g = thread_of(slot).g.load();
  create_failed(slot, EAGAIN);
  EXPECT_EQ(records(own_m(), gen()).back(), (Seen{Event::GoCreateFailed, {g, EAGAIN}}));
  EXPECT_EQ(thread_of(slot).phase.load(), ThreadPhase::Free);
}

TEST_F(TaskTest, AnUnknownThreadIntroducesItself) {
  uint32_t m = 0;
  std::thread([&] {
    Call call(SYS_read, 1);
    call.end(0, 0);
    m = own_m();
  }).join();
  const auto seen = records(m, gen(), true);
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_EQ(seen[0].event, Event::GoCreateSyscall);
  EXPECT_EQ(seen[1].event, Event::GoSyscallEnd);
}

TEST_F(TaskTest, LossesAreCountedAndTheStatusFollows) {
  take_all_chunks();
  fill_own_chunk();
  const uint32_t lost = t_local.m->lost.load();
  ASSERT_GT(lost, 0u);
  const size_t kept = records(own_m(), gen()).size();
  EXPECT_EQ(kept + lost, 2000u) << "every event is either there or counted";
  give_chunks_back();
  Call call(SYS_read, 7);
  call.end(0, 0);
  const auto seen = records(own_m(), gen(), true);
  ASSERT_GE(seen.size(), 4u);
  const Seen& told = seen[seen.size() - 4];
  EXPECT_EQ(told.event, Event::Lost);
  EXPECT_EQ(told.args[0], lost);
  EXPECT_LE(told.args[1], told.args[2]);
  EXPECT_EQ(seen[seen.size() - 3].event, Event::GoStatus);
}

TEST_F(TaskTest, AWakeThatIsLostStampsNothing) {
  take_all_chunks();
  fill_own_chunk();
  int object = 0;
  EXPECT_FALSE(wake(WakeKind::Post, &object, 1));
  EXPECT_EQ(g_wiped.waits.of(reinterpret_cast<uint64_t>(&object)).released.load(), 0u);
}

TEST_F(TaskTest, ATaskWhoseCreationIsLostComesAsAForeignThread) {
  take_all_chunks();
  fill_own_chunk();
  EXPECT_EQ(create_task(nullptr), 0u);
}

TEST_F(TaskTest, ANewGenerationBeginsWithTheStatus) {
  arena_header(base_).gen.fetch_add(1);
  Call call(SYS_read, 7);
  arena_header(base_).gen.fetch_add(1);
  call.end(0, 0);
  const auto seen = records(own_m(), gen(), true);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].event, Event::GoStatus);
  EXPECT_EQ(seen[0].args[1], uint64_t(Status::Syscall));
  EXPECT_EQ(seen[0].args[2], uint64_t(SYS_read));
  EXPECT_EQ(seen[0].args[3], 7u);
}

// An outer gate reads the generation, and is interrupted before and after it has told which.
TEST_F(TaskTest, ASecondHandlerDoesNotGoBackBehindTheFirst) {
  const uint32_t before = gen();
  Thread& m = *t_local.m;
  make_call();
  m.owner = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
  arena_header(base_).gen++;
  make_call();  // of the first handler
  m.entry_gen = before;
  make_call();  // of the second
  EXPECT_EQ(records(own_m(), before).size(), 2u);
  EXPECT_EQ(records(own_m(), before + 1).size(), 4u);
  m.owner = m.entry_gen = 0;
}

// An outer gate that was jumped out of while it was being opened.
TEST_F(TaskTest, AGateInsideOneThatHasNotChosenChoosesForThoseInside) {
  const uint32_t before = gen();
  Thread& m = *t_local.m;
  m.owner = reinterpret_cast<uint64_t>(__builtin_frame_address(0));
  [this]() __attribute__((noinline)) {
    const TraceLocker gate = acquire();
    arena_header(base_).gen++;
    make_call();
  }();
  EXPECT_EQ(records(own_m(), before).size(), 2u);
  EXPECT_EQ(m.entry_gen, 0u);
  make_call();
  EXPECT_EQ(records(own_m(), before + 1).size(), 2u);
  m.owner = 0;
}

TEST_F(TaskTest, AfterTheSessionNothingIsWritten) {
  const size_t before = records(own_m(), gen()).size();
  const uint32_t last = gen();
  arena_header(base_).gen.store(0);
  Call call(SYS_read, 7);
  call.end(0, 0);
  EXPECT_EQ(records(own_m(), last).size(), before);
}

// A child that claims its slot late: its parent's has gone to another process.
TEST_F(TaskTest, AChildKnowsWhoItIsByItself) {
  Process& parent = arena_process(base_, g_guest.process);
  strcpy(parent.program, "another");
  parent.free();
  ASSERT_TRUE(parent.claim(4711));
  memset(static_cast<void*>(&g_wiped), 0, sizeof g_wiped);
  claim_after_fork();
  const Process& child = arena_process(base_, g_guest.process);
  ASSERT_NE(&child, &parent);
  EXPECT_STREQ(child.program, "test");
  EXPECT_STREQ(child.arguments, "test");
  EXPECT_EQ(child.ppid, getpid());
  EXPECT_EQ(child.pid(), getpid());
}

TEST_F(TaskTest, AProcessWithoutASlotHasNoChildren) {
  for (uint32_t slot = 0; slot < kProcesses; slot++)
    arena_process(base_, slot).enter(ProcessPhase::Live);
  memset(static_cast<void*>(&g_wiped), 0, sizeof g_wiped);
  EXPECT_FALSE(start_process(base_, {getpid(), getppid(), "test", "/bin/test", nullptr}, false));
  arena_process(base_, 5).free();
  memset(static_cast<void*>(&g_wiped), 0, sizeof g_wiped);
  claim_after_fork();
  EXPECT_FALSE(recording());
  EXPECT_EQ(arena_process(base_, 5).phase(), ProcessPhase::Free);
}

TEST_F(TaskTest, BusyThreadsGetLargerChunks) {
  for (int i = 0; i < 10; i++) fill_own_chunk();
  EXPECT_GT(Tail{t_local.m->tail.load()}.cls(), 0u);
}

TEST_F(TaskTest, LabelsAreCutNotRefused) {
  const std::string name(200, 'x');
  label_task(t_local.m->handle.load(), name.c_str());
  const auto seen = records(own_m(), gen());
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back().event, Event::GoLabel);
  EXPECT_EQ(seen.back().args.size(), 1 + kMaxLabel / 8 + 1);
}

}  // namespace
}  // namespace thrace

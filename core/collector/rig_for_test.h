// The stages of the collector around a hand-filled arena, without its loop, files and second
// thread.
#pragma once

#include <gtest/gtest.h>
#include <time.h>

#include <map>
#include <semaphore>
#include <thread>

#include "core/collector/advance.h"
#include "core/collector/frame_stream.h"
#include "core/collector/guest_for_test.h"
#include "core/collector/header_entries.h"
#include "core/collector/trace_for_test.h"

namespace thrace::collector {

// Keeps a trace in memory.
class MemorySink : public TraceSink {
 public:
  MemorySink(std::string& out, const FileHeader& header) : out_(out) {
    stream_.header(header, out_);
  }
  void data(std::string batches) override { stream_.data(batches, out_); }
  void attach(Image image) override { attached_.push_back(pack(image)); }
  void end_generation() override { 
    stream_.end_generation(out_);
    for (const std::string& frame : attached_) stream_.attachment(frame, out_);
    attached_.clear();
  }
  void finish() override { stream_.index(out_, stream_.frames()); }

 private:
  std::string& out_;
  FrameStream stream_{1};
  std::vector<std::string> attached_;
};

class RigTest : public testing::Test {
 protected:
  static constexpr int32_t kDeadTid = 0x3fffffff;  // above pid_max

  void SetUp() override {
    path_ = testing::TempDir() + "rig." + std::to_string(getpid());
    unlink(path_.c_str());
    std::string error;
    base_ = create_arena(path_, {.bytes = kMinArena, .stress = true}, error);
    ASSERT_TRUE(base_) << error;
    guest_ = std::make_unique<TestGuest>(base_);
    clock_ = std::make_unique<Clock>(ClockKind::Monotonic);
    encoder_ = std::make_unique<Encoder>([](MState& m) { m.name = "m" + std::to_string(m.m); });
    store_ = std::make_unique<ChunkStore>(base_);
    processes_ = std::make_unique<ProcessTable>(
        base_, *encoder_, *clock_, log_, [this](const Process& process, bool) {
          return std::make_unique<MemorySink>(traces_[process.image],
                                              describe(guest_->header(), process));
        });
    threads_ = std::make_unique<ThreadTable>(
        base_, [this](uint32_t slot) { return processes_->find(slot); });
    drain_ = std::make_unique<Drain>(base_, *threads_, *encoder_, *store_, log_);
    advance_ =
        std::make_unique<Advance>(base_, *processes_, *threads_, *drain_, *encoder_, *clock_);
    now_ = start_ = guest_->header().start_ticks;
    process_ = guest_->process(getpid(), "prog");
  }
  void TearDown() override {
    stop_.release();
    if (other_.joinable()) other_.join();
    if (base_) unmap_arena(base_);
    unlink(path_.c_str());
  }

  // The tid of another living thread.
  int32_t other_tid() {
    if (!other_.joinable())
      other_ = std::thread([this] {
        other_tid_ = gettid();
        stop_.acquire();
      });
    while (!other_tid_) std::this_thread::yield();
    return other_tid_;
  }

  // One turn of the loop.
  void tick() {
    processes_->scan();
    threads_->scan();
    drain_->take_full();
    drain_->encode_ready();
    advance_->step(now_);
  }
  void next_generation() { advance_->begin(now_); }
  void close(EndReason reason = EndReason::Exit) {
    ProcessState* process = processes_->find(process_);
    advance_->close(*process, reason);
    processes_->free(*process);
  }

  // The trace of image 1, after close().
  const TestTrace& trace() {
    if (!trace_.good) trace_ = read_trace(traces_[1]);
    EXPECT_TRUE(trace_.good);
    return trace_;
  }
  uint32_t free_chunks() {
    uint32_t count = 0;
    for (uint32_t page = static_cast<uint32_t>(guest_->header().free_chunks[0].head.load()); page;
         page = arena_chunk(base_, page).next)
      count++;
    return count;
  }

  std::string path_;
  char* base_ = nullptr;
  Log log_;
  std::map<uint32_t, std::string> traces_;  // by image
  std::unique_ptr<TestGuest> guest_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Encoder> encoder_;
  std::unique_ptr<ChunkStore> store_;
  std::unique_ptr<ProcessTable> processes_;
  std::unique_ptr<ThreadTable> threads_;
  std::unique_ptr<Drain> drain_;
  std::unique_ptr<Advance> advance_;
  uint64_t start_ = 0, now_ = 0;
  uint32_t process_ = 0;
  TestTrace trace_;

 private:
  std::thread other_;
  std::atomic<int32_t> other_tid_{0};
  std::binary_semaphore stop_{0};
};

}  // namespace thrace::collector

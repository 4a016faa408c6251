// The queue to the writing thread, and that thread.
#include "core/collector/writing_thread.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/collector/proc.h"

namespace thrace::collector {
namespace {

constexpr size_t kMostWaiting = 64 << 20;  // bytes of text in the queue
constexpr size_t kBehind = 8 << 20;        // then speed counts more than size
constexpr int kFastLevel = -3;             // of zstd
constexpr int kFlushInterval = 100;        // ms: what a collector that is killed may lose

uint64_t milliseconds() { return monotonic() / 1'000'000; }

}  // namespace

struct WritingThread::File {
  std::unique_ptr<TraceFile> file;
  uint64_t flushed = 0;  // ms
};

struct WritingThread::Message {
  enum class Kind : uint8_t { Open, Data, EndGeneration, Attach, Finish, Stop };
  Kind kind;
  File* file = nullptr;
  std::string text = {};
  FileOwner owner = {};
  FileHeader header = {};
  Image image = {};
};

class WritingThread::Sink : public TraceSink {
 public:
  Sink(WritingThread& writer, File* file) : writer_(writer), file_(file) {}
  void data(std::string batches) override {
    writer_.post(new Message{Message::Kind::Data, file_, std::move(batches)});
  }
  void end_generation() override { writer_.post(new Message{Message::Kind::EndGeneration, file_}); }
  void attach(Image image) override {
    writer_.post(new Message{Message::Kind::Attach, file_, {}, {}, {}, std::move(image)});
  }
  void finish() override { writer_.post(new Message{Message::Kind::Finish, file_}); }

 private:
  WritingThread& writer_;
  File* file_;
};

WritingThread::WritingThread(FilePolicy policy, std::function<void()> on_wait)
    : policy_(std::move(policy)), on_wait_(std::move(on_wait)) {
  event_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] { run(); });
}

WritingThread::~WritingThread() {
  post(new Message{Message::Kind::Stop});
  thread_.join();
  close(event_);
}

std::unique_ptr<TraceSink> WritingThread::open(FileOwner owner, FileHeader header) {
  File* file = new File;
  post(new Message{Message::Kind::Open, file, {}, std::move(owner), std::move(header)});
  return std::make_unique<Sink>(*this, file);
}

// Waits while the queue is full: then the arena fills, and the guests count what they lose (T8).
void WritingThread::post(Message* message) {
  const auto pause = [this] {
    on_wait_();
    usleep(500);
  };
  while (waiting_bytes_.load(std::memory_order_relaxed) > kMostWaiting) pause();
  waiting_bytes_.fetch_add(message->text.size(), std::memory_order_relaxed);
  while (!queue_.push(message)) pause();
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (!asleep_.load(std::memory_order_relaxed)) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(event_, &one, sizeof one);
}

void WritingThread::wait(bool dirty) {
  asleep_.store(true, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (queue_.read_available() == 0) {
    pollfd fd{event_, POLLIN, 0};
    poll(&fd, 1, dirty ? kFlushInterval : -1);
  }
  asleep_.store(false, std::memory_order_relaxed);
  uint64_t count;
  [[maybe_unused]] const ssize_t got = read(event_, &count, sizeof count);
}

// Gives files their share of the promise that little is lost if the collector is killed.
void WritingThread::flush() {
  const uint64_t now = milliseconds();
  for (File* file : files_) {
    if (!file->file->dirty() || now - file->flushed < kFlushInterval) continue;
    file->file->flush();
    file->flushed = now;
  }
}

void WritingThread::handle(Message& message) {
  switch (message.kind) {
    case Message::Kind::Open:
      message.file->file = std::make_unique<TraceFile>(policy_, message.owner, message.header);
      files_.insert(message.file);
      break;
    case Message::Kind::Data:
      message.file->file->data(message.text);
      waiting_bytes_.fetch_sub(message.text.size(), std::memory_order_relaxed);
      break;
    case Message::Kind::EndGeneration: {
      const bool behind = waiting_bytes_.load(std::memory_order_relaxed) > kBehind;
      message.file->file->end_generation(behind ? kFastLevel : policy_.level);
      break;
    }
    case Message::Kind::Attach: {
      std::string frame = pack(message.image);
      if (!frame.empty()) message.file->file->attach(std::move(frame));
      break;
    }
    case Message::Kind::Finish:
      message.file->file->finish();
      files_.erase(message.file);
      delete message.file;
      break;
    case Message::Kind::Stop:
      stop_ = true;
      break;
  }
}

void WritingThread::run() {
  while (!stop_) {
    Message* message = nullptr;
    while (!stop_ && queue_.pop(message)) {
      handle(*message);
      delete message;
      flush();
    }
    flush();
    bool dirty = false;
    for (const File* file : files_) dirty = dirty || file->file->dirty();
    if (!stop_) wait(dirty);
  }
  for (File* file : files_) delete file;
}

}  // namespace thrace::collector

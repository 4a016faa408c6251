// The second thread of the collector: compresses and writes, so that a slow disk does not hold up
// the draining.
#pragma once

#include <atomic>
#include <boost/lockfree/spsc_queue.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "core/collector/trace_file.h"
#include "core/collector/trace_sink.h"

namespace thrace::collector {

// One thread opens sinks and uses them; all files are made and written by the WritingThread's own.
class WritingThread {
 public:
  // `on_wait` is called again and again while the queue is full.
  explicit WritingThread(
      FilePolicy policy, std::function<void()> on_wait = [] {});
  ~WritingThread();  // waits until all is written
  WritingThread(const WritingThread&) = delete;
  WritingThread& operator=(const WritingThread&) = delete;

  // The place for a new trace.  The WritingThread must outlive it.
  std::unique_ptr<TraceSink> open(FileOwner owner, FileHeader header);

 private:
  struct File;
  struct Message;
  class Sink;

  void post(Message* message);
  void run();
  void handle(Message& message);
  void wait(bool dirty);
  void flush();

  FilePolicy policy_;
  std::function<void()> on_wait_;
  boost::lockfree::spsc_queue<Message*, boost::lockfree::capacity<1024>> queue_;
  std::atomic<size_t> waiting_bytes_{0};
  std::atomic<bool> asleep_{false};
  bool stop_ = false;  // the writing thread's
  int event_ = -1;
  std::set<File*> files_;  // the writing thread's
  std::thread thread_;
};

}  // namespace thrace::collector

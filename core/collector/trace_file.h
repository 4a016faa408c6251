// One trace file on disk: its name, its lock, what happens when the disk is full.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/collector/file_name.h"
#include "core/collector/frame_stream.h"
#include "core/collector/log.h"
#include "core/collector/options.h"

namespace thrace::collector {

// How files are made in this session.  Outlives all of them.
struct FilePolicy {
  std::string pattern;  // Options::output
  std::string host;
  uint64_t start_wall = 0;
  bool force = false;
  int level = 1;
  Sync sync = Sync::None;
  Log* log = nullptr;
  std::set<std::string> names;  // written in this session: never overwritten by it
};

// Errors go to the log.  After one the file stays as it was after its last whole generation, if
// that can be had, and everything else is dropped: nothing here ever fails for the caller.
class TraceFile {
 public:
  TraceFile(FilePolicy& policy, FileOwner owner, const FileHeader& header);
  ~TraceFile();
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  void data(std::string_view batches);
  void flush();  // hands over to the system what the compressor still has
  // `level`: of the compression of the next one.
  void end_generation(int level);
  // A whole frame (core/format/file.h), written behind the generation that is under way.
  void attach(std::string frame);
  void finish();

  bool dirty() const { return dirty_; }  // flush() would do something

 private:
  bool open_new(const std::string& wanted);
  void lock();
  void write_out();
  void write_attachments();
  void fail(const char* what);

  FilePolicy& policy_;
  std::string name_;
  FrameStream stream_;
  std::string out_;
  std::vector<std::string> attachments_;  // that wait for the end of the generation
  int fd_ = -1;
  bool dirty_ = false;
  uint64_t written_ = 0;
  uint64_t whole_ = 0;  // bytes up to the end of the last whole frame
  size_t whole_frames_ = 0;
};

}  // namespace thrace::collector

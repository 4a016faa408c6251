// Writing one trace file.
#include "core/collector/trace_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace thrace::collector {
namespace {

constexpr int kTries = 10000;  // of .1, .2, ...
constexpr size_t kWriteSize = 256 << 10;

}  // namespace

TraceFile::TraceFile(FilePolicy& policy, FileOwner owner, const FileHeader& header)
    : policy_(policy), stream_(policy.level) {
  const std::string wanted = file_name(policy.pattern, owner, policy.host, policy.start_wall);
  if (!open_new(wanted)) {
    policy_.log->line("cannot create " + wanted + ": " + std::strerror(errno));
    return;
  }
  lock();
  stream_.header(header, out_);
  write_out();
  whole_ = written_;
  whole_frames_ = stream_.frames();
}

// Readers that find a lock wait for the end of the file.  One that looks at this moment has it itself,
// for an instant; nobody may have it for long and hold the collector up.
void TraceFile::lock() {
  constexpr int kLockTries = 100;
  for (int i = 0; i < kLockTries && flock(fd_, LOCK_EX | LOCK_NB) != 0; i++) usleep(1000);
}

TraceFile::~TraceFile() {
  if (fd_ >= 0) close(fd_);
}

bool TraceFile::open_new(const std::string& wanted) {
  const auto create = [&] {
    fd_ =
        open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
    return fd_ >= 0;
  };
  for (int i = 0; i < kTries; i++) {
    name_ = i ? wanted + "." + std::to_string(i) : wanted;
    bool made = create();
    if (!made && errno != EEXIST) return false;
    struct stat info;
    if (!made && policy_.force && !policy_.names.contains(name_) &&
        lstat(name_.c_str(), &info) == 0 && S_ISREG(info.st_mode) && unlink(name_.c_str()) == 0)
      made = create();
    if (made) {
      policy_.names.insert(name_);
      return true;
    }
  }
  return false;
}

void TraceFile::write_out() {
  size_t done = 0;
  while (fd_ >= 0 && done < out_.size()) {
    const ssize_t count = write(fd_, out_.data() + done, out_.size() - done);
    if (count > 0)
      done += static_cast<size_t>(count);
    else if (count < 0 && errno != EINTR)
      fail("cannot write");
  }
  written_ += done;
  out_.clear();
}

// Leaves the last whole generation and an index behind it.
void TraceFile::fail(const char* what) {
  policy_.log->line(std::string(what) + " " + name_ + ": " + std::strerror(errno) +
                    "; it ends after its last whole generation");
  if (whole_ == 0) {
    unlink(name_.c_str());
  } else if (ftruncate(fd_, static_cast<off_t>(whole_)) == 0 &&
             lseek(fd_, 0, SEEK_END) == static_cast<off_t>(whole_)) {
    std::string index;
    stream_.index(index, whole_frames_);
    const ssize_t count = write(fd_, index.data(), index.size());
    if (count != static_cast<ssize_t>(index.size()) &&
        ftruncate(fd_, static_cast<off_t>(whole_)) != 0)
      policy_.log->line("cannot truncate " + name_ + ": " + std::strerror(errno));
  }
  close(fd_);
  fd_ = -1;
}

void TraceFile::data(std::string_view batches) {
  if (fd_ < 0) return;
  stream_.data(batches, out_);
  dirty_ = true;
  if (out_.size() >= kWriteSize) write_out();
}

void TraceFile::flush() {
  if (fd_ < 0 || !dirty_) return;
  stream_.flush(out_);
  write_out();
  dirty_ = false;
}

void TraceFile::end_generation(int level) {
  if (fd_ < 0) return;
  stream_.end_generation(out_);
  stream_.set_level(level);
  // The frame counts as whole only once it is out: a failure goes back behind the one before.
  const uint64_t end = written_ + out_.size();
  write_out();
  if (fd_ < 0) return;
  whole_ = end;
  whole_frames_ = stream_.frames();
  dirty_ = false;
  write_attachments();
  if (fd_ < 0) return;
  if (policy_.sync == Sync::Generation && fdatasync(fd_) != 0) fail("cannot sync");
}

void TraceFile::attach(std::string frame) {
  if (fd_ >= 0) attachments_.push_back(std::move(frame));
}

void TraceFile::write_attachments() {
  for (const std::string& frame : std::exchange(attachments_, {})) {
    if (fd_ < 0) return;
    stream_.attachment(frame, out_);
    const uint64_t end = written_ + out_.size();
    write_out();
    if (fd_ < 0) return;
    whole_ = end;
    whole_frames_ = stream_.frames();
  }
}

void TraceFile::finish() {
  write_attachments();
  if (fd_ < 0) return;
  stream_.index(out_, stream_.frames());
  write_out();
  if (fd_ >= 0 && policy_.sync != Sync::None && fsync(fd_) != 0) fail("cannot sync");
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

}  // namespace thrace::collector

// Files that the collector has put into a trace: copies of what nobody would find any more.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace thrace {

// Where an attachment lies.  The file itself is in memory only if it could not be read again.
struct Attachment {
  std::string build;        // build-id of the module, in hex
  std::string path;         // and its path
  uint64_t offset = 0;      // of its frame in the trace
  uint64_t frame_size = 0;  // bytes
  uint64_t size = 0;        // of the file, expanded: at most kMaxImage
  std::shared_ptr<const std::string> frame;  // of a trace from a pipe; null: the trace has it
};

// An attached file in memory, under a name that can be opened as long as this lives.
class ExpandedFile {
 public:
  ExpandedFile() = default;
  explicit ExpandedFile(int fd) : fd_(fd) {}
  ExpandedFile(ExpandedFile&& other) noexcept;
  ExpandedFile& operator=(ExpandedFile&& other) noexcept;
  ~ExpandedFile();

  explicit operator bool() const { return fd_ >= 0; }
  std::string path() const;                    // /proc/self/fd/N
  bool write(const std::string& bytes) const;  // at its end

 private:
  int fd_ = -1;
};

// Expands an attachment of the trace at `trace`, a path unless the frame was kept.  On failure the
// result is empty and `error` one sentence.
ExpandedFile expand(const std::string& trace, const Attachment& attachment, std::string& error);

}  // namespace thrace

// Reading an attachment out of a trace file.
#include "decoder/input/attachment.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/format/file.h"
#include "decoder/input/input.h"

namespace thrace {
namespace {

// The attached file; empty if the frame is damaged.
std::string expand_frame(const std::string& frame) {
  AttachmentHeader header;
  if (!attachment_is_sound(frame) || !decode_attachment(frame, header)) return {};
  std::string bytes(header.size, '\0');
  const size_t compressed = frame.size() - header.header_size - kAttachmentTail;
  const size_t size =
      ZSTD_decompress(bytes.data(), bytes.size(), frame.data() + header.header_size, compressed);
  return size == header.size ? bytes : std::string();
}

// The frame of an attachment, which is kept or in the file; empty, with `error`, if neither is so.
std::string frame_of(const std::string& trace, const Attachment& attachment, std::string& error) {
  if (attachment.frame) return *attachment.frame;
  const int fd = open(trace.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    error = fmt::format("{} cannot be opened: {}", trace, std::strerror(errno));
    return {};
  }
  std::string frame = read_part(fd, attachment.offset, attachment.frame_size);
  close(fd);
  return frame;
}

}  // namespace

ExpandedFile::ExpandedFile(ExpandedFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

ExpandedFile& ExpandedFile::operator=(ExpandedFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

ExpandedFile::~ExpandedFile() {
  if (fd_ >= 0) close(fd_);
}

bool ExpandedFile::write(const std::string& bytes) const {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t count = ::write(fd_, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<size_t>(count);
  }
  return true;
}

std::string ExpandedFile::path() const { return fmt::format("/proc/self/fd/{}", fd_); }

ExpandedFile expand(const std::string& trace, const Attachment& attachment, std::string& error) {
  error.clear();
  const std::string bytes = expand_frame(frame_of(trace, attachment, error));
  if (!error.empty()) return {};
  if (bytes.empty()) {
    error = fmt::format("{}, offset {}: the attachment {} is damaged (F11)", trace,
                        attachment.offset, attachment.path);
    return {};
  }
  ExpandedFile file(memfd_create("thrace-attachment", MFD_CLOEXEC));
  if (file && file.write(bytes)) return file;
  error = fmt::format("no memory for the attachment {}: {}", attachment.path, std::strerror(errno));
  return {};
}

}  // namespace thrace

// A file of a traced program that is to be copied into the trace.
#pragma once

#include <unistd.h>

#include <string>
#include <utility>

namespace thrace::collector {

// A descriptor that is closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct Image {
  std::string build, path;
  Descriptor file;    // open for reading, or
  std::string bytes;  // all of it
};

// The attachment frame of an image (core/format/file.h).  Empty if the file cannot be read, or is
// larger than kMaxImage.
std::string pack(const Image& image);

}  // namespace thrace::collector

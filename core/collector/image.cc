// Reading and compressing an image.
#include "core/collector/image.h"

#include <sys/stat.h>
#include <zstd.h>

#include "core/format/file.h"

namespace thrace::collector {
namespace {

constexpr int kLevel = 3;

// All of a file; empty if it is none, empty or too large.
std::string read_all(int fd) {
  struct stat info {};
  if (fd < 0 || fstat(fd, &info) != 0 || info.st_size <= 0 || info.st_size > kMaxImage) return {};
  std::string bytes(static_cast<size_t>(info.st_size), '\0');
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t count =
        pread(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (count <= 0) return {};
    done += static_cast<size_t>(count);
  }
  return bytes;
}

}  // namespace

std::string pack(const Image& image) {
  const std::string read = image.bytes.empty() ? read_all(image.file.get()) : std::string();
  const std::string& bytes = image.bytes.empty() ? read : image.bytes;
  if (bytes.empty() || bytes.size() > kMaxImage) return {};
  std::string compressed(ZSTD_compressBound(bytes.size()), '\0');
  const size_t size =
      ZSTD_compress(compressed.data(), compressed.size(), bytes.data(), bytes.size(), kLevel);
  if (ZSTD_isError(size)) return {};
  compressed.resize(size);
  AttachmentHeader header;
  header.build = image.build;
  header.path = image.path;
  header.size = bytes.size();
  return encode_attachment(header, compressed);
}

}  // namespace thrace::collector

// Opening, flushing and telling what failed.
#include "decoder/verbs/output_file.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>

#include "decoder/text/escape.h"

namespace thrace {

OutputFile::~OutputFile() {
  if (file_ && file_ != stdout) std::fclose(file_);
}

std::FILE* OutputFile::open() {
  file_ = path_ == "-" ? stdout : std::fopen(path_.c_str(), "wb");
  return file_;
}

bool OutputFile::close(bool written) {
  written = written && file_ && std::fflush(file_) == 0 && !std::ferror(file_);
  if (!written)
    fmt::print(stderr, "trace-decode: {} cannot be written: {}\n", printable(path_),
               std::strerror(errno));
  return written;
}

}  // namespace thrace

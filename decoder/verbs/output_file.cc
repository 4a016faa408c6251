// Opening, flushing and telling what failed.
#include "decoder/verbs/output_file.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

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
  if (file_ == stdout) std::clearerr(stdout);  // that is told
  return written;
}

bool overwrites(const std::string& target, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    std::error_code unknown;  // what is not there is not the same
    if (!std::filesystem::equivalent(target, file, unknown)) continue;
    fmt::print(stderr, "trace-decode: {} is one of the traces: it is not overwritten\n",
               printable(target));
    return true;
  }
  return false;
}

bool finish_output() {
  const bool flushed = std::fflush(stdout) == 0;
  if (flushed && !std::ferror(stdout)) return true;
  fmt::print(stderr, "trace-decode: standard output cannot be written: {}\n",
             flushed ? "some of it is missing" : std::strerror(errno));
  return false;
}

}  // namespace thrace

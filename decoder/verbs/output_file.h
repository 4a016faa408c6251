// The file that a verb writes; `-` is standard output.
#pragma once

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <vector>

namespace thrace {

class OutputFile {
 public:
  explicit OutputFile(std::string path) : path_(std::move(path)) {}
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  // Makes or empties the file.  nullptr: close() says why.
  std::FILE* open();

  // Ends the writing; `written`: all went well so far, else errno tells.  If something could not be
  // written it says so on standard error and returns false.
  bool close(bool written);

 private:
  std::string path_;
  std::FILE* file_ = nullptr;
};

// Writes a file by write(FILE*), which returns false, with errno, or throws what fmt throws if it
// fails.  False if it could not be written: it said why.
template <typename Write>
bool write_file(const std::string& path, Write write) {
  OutputFile target(path);
  std::FILE* out = target.open();
  bool written = false;
  try {
    written = out && write(out);
  } catch (const std::system_error& error) {
    errno = error.code().value();
  }
  return target.close(written);
}

// True, after a message, if the file to write is one of those to read.
bool overwrites(const std::string& target, const std::vector<std::string>& files);

// Ends the writing to standard output.  False, after a message, if not all of it was written.
bool finish_output();

}  // namespace thrace

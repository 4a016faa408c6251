// The file that a verb writes; `-` is standard output.
#pragma once

#include <cstdio>
#include <string>

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

}  // namespace thrace

// Where the bytes of a trace come from: a file, standard input, or memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace thrace {

// A source of bytes that is read once, from front to back; of some, any part can be had besides.
class Input {
 public:
  virtual ~Input() = default;

  // The next bytes, valid until the next call.  Empty at the end, or after an error: see error().
  virtual std::string_view next() = 0;

  // How many bytes there are in all; 0 if only next() can tell (a pipe).
  virtual uint64_t size() const { return 0; }

  // The bytes from `offset` on, at most `count`; fewer where the source ends, or after an error.
  // What next() gives does not change.  Only for sources that know their size.
  virtual std::string part(uint64_t, size_t) const { return {}; }

  // Why reading stopped before the end, as one sentence; empty if it did not.
  const std::string& error() const { return error_; }

 protected:
  std::string error_;
};

// How long open_input waits for a collector that still writes the file, in seconds.
inline constexpr int kLockWait = 10;

// Opens a file, or standard input for "-".  A file that a running collector holds locked is waited
// for, at most kLockWait, saying so on standard error.  On failure the result is null and `error`
// is one sentence.
std::unique_ptr<Input> open_input(const std::string& path, std::string& error);

// A part of an open file; shorter if the file is, or after an error.
std::string read_part(int fd, uint64_t offset, uint64_t size);

// Reads from memory.
std::unique_ptr<Input> memory_input(std::string data);

}  // namespace thrace

// Reads the primitives of unwind tables one after the other (DWARF 5, 7.6; LSB 5, 10.5.1).
#pragma once

#include <cstdint>

#include "core/unwind/memory.h"

namespace thrace::unwind {

// The first read that fails leaves the cursor failed: all further ones give 0.
class Cursor {
 public:
  Cursor(const Memory& memory, uint64_t at, uint64_t end) : memory_(memory), at_(at), end_(end) {}

  bool ok() const { return ok_; }
  bool at_end() const { return !ok_ || at_ >= end_; }
  uint64_t at() const { return at_; }

  template <typename T>
  T fixed() {
    T value = 0;
    if (!ok_ || at_ > end_ || sizeof(T) > end_ - at_ || !memory_.load(at_, value)) {
      ok_ = false;
      return 0;
    }
    at_ += sizeof(T);
    return value;
  }
  uint8_t byte() { return fixed<uint8_t>(); }

  void skip(uint64_t bytes) {
    if (!ok_ || at_ > end_ || bytes > end_ - at_)
      ok_ = false;
    else
      at_ += bytes;
  }

  uint64_t uleb() { return leb(false); }
  int64_t sleb() { return static_cast<int64_t>(leb(true)); }

  // An address in one of the encodings of .eh_frame; `data` is what "datarel" is relative to.
  uint64_t encoded(uint8_t encoding, uint64_t data = 0);

 private:
  uint64_t leb(bool is_signed);

  const Memory& memory_;
  uint64_t at_, end_;
  bool ok_ = true;
};

// DW_EH_PE_*: how an address is stored.
namespace encoding {
inline constexpr uint8_t kUdata4 = 0x03, kSdata4 = 0x0b;
inline constexpr uint8_t kPcRelative = 0x10, kDataRelative = 0x30;
inline constexpr uint8_t kOmit = 0xff;
}  // namespace encoding

}  // namespace thrace::unwind

// Variable-length numbers and encoded addresses.
#include "core/unwind/cursor.h"

namespace thrace::unwind {

uint64_t Cursor::leb(bool is_signed) {
  uint64_t value = 0;
  for (uint32_t shift = 0; shift < 70; shift += 7) {
    const uint8_t next = byte();
    if (!ok_) return 0;
    if (shift < 64) value |= static_cast<uint64_t>(next & 0x7f) << shift;
    if (next & 0x80) continue;
    if (is_signed && (next & 0x40) && shift + 7 < 64) value |= ~uint64_t{0} << (shift + 7);
    return value;
  }
  ok_ = false;
  return 0;
}

uint64_t Cursor::encoded(uint8_t encoding, uint64_t data) {
  const uint64_t here = at_;
  uint64_t value = 0;
  // clang-format off
  switch (encoding & 0x0f) {
    case 0x00:
    case 0x04:
    case 0x0c: value = fixed<uint64_t>(); break;
    case 0x01: value = uleb(); break;
    case 0x09: value = static_cast<uint64_t>(sleb()); break;
    case 0x02: value = fixed<uint16_t>(); break;
    case 0x0a: value = static_cast<uint64_t>(int64_t{fixed<int16_t>()}); break;
    case encoding::kUdata4: value = fixed<uint32_t>(); break;
    case encoding::kSdata4: value = static_cast<uint64_t>(int64_t{fixed<int32_t>()}); break;
    default: ok_ = false; return 0;
  }
  switch (encoding & 0x70) {
    case 0: return value;
    case encoding::kPcRelative: return value + here;
    case encoding::kDataRelative: return value + data;
    default: ok_ = false; return 0;
  }
  // clang-format on
}

}  // namespace thrace::unwind

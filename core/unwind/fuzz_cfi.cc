// Fuzz target: any bytes as unwind tables.  The first two say which address is asked for, from the
// start of the tables; the others begin with .eh_frame_hdr.
#include <cstdint>
#include <cstring>
#include <memory>

#include "core/unwind/cfi.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  uint16_t offset;
  if (size < sizeof offset) return 0;
  std::memcpy(&offset, data, sizeof offset);
  size -= sizeof offset;
  // A copy of the exact size, so that nothing beyond it is read unseen.
  const auto tables = std::make_unique<uint8_t[]>(size);
  std::memcpy(tables.get(), data + sizeof offset, size);
  const auto at = reinterpret_cast<uint64_t>(tables.get());
  bool last;
  thrace::unwind::rule_for({at, at + size}, at, at + offset, last);
  return 0;
}

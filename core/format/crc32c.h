// CRC32C (Castagnoli polynomial 0x1EDC6F41, reflected), the checksum of every batch.
#pragma once

#include <cstdint>
#include <string_view>

namespace thrace {

// The checksum of `data`; `crc` is that of what came before (0 at the start).  Thread-safe.
uint32_t crc32c(std::string_view data, uint32_t crc = 0);

}  // namespace thrace

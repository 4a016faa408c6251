// CRC32C: the processor's instruction where there is one, a table otherwise.
#include "core/format/crc32c.h"

#include <array>
#include <cstring>

namespace thrace {
namespace {

constexpr uint32_t kReflectedPolynomial = 0x82F63B78;

constexpr auto kTable = [] {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? kReflectedPolynomial : 0);
    table[i] = crc;
  }
  return table;
}();

uint32_t by_table(std::string_view data, uint32_t crc) {
  for (const char c : data) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<uint8_t>(c)) & 0xff];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t by_instruction(std::string_view data, uint32_t crc) {
  uint64_t state = crc;
  while (data.size() >= sizeof(uint64_t)) {
    uint64_t word;
    std::memcpy(&word, data.data(), sizeof word);
    state = __builtin_ia32_crc32di(state, word);
    data.remove_prefix(sizeof word);
  }
  auto tail = static_cast<uint32_t>(state);
  for (const char c : data) tail = __builtin_ia32_crc32qi(tail, static_cast<uint8_t>(c));
  return tail;
}
#endif

}  // namespace

uint32_t crc32c(std::string_view data, uint32_t crc) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2");
  if (has_instruction) return ~by_instruction(data, ~crc);
#endif
  return ~by_table(data, ~crc);
}

}  // namespace thrace

// Fuzz target: any bytes as a trace.  Nothing may crash, whatever the file holds.
#include <cstdint>
#include <string>

#include "decoder/order/strict.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace thrace;
  Trace trace({"fuzz", memory_input(std::string(reinterpret_cast<const char*>(data), size))});
  if (!trace.open()) return 0;
  StrictCheck strict(trace);
  trace.run(strict);
  return 0;
}

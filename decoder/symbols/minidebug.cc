// Expanding .gnu_debugdata, an xz stream.
#include "decoder/symbols/minidebug.h"

#include <lzma.h>

namespace thrace {
namespace {

constexpr size_t kMaxExpanded = 256 << 20;
constexpr uint64_t kMaxDecoderMemory = 128 << 20;  // the largest preset of xz needs half of it
constexpr size_t kStep = 1 << 20;

// Empty if the stream is damaged or too large.
std::string expand(const uint8_t* data, size_t size) {
  std::string out;
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, kMaxDecoderMemory, 0) != LZMA_OK) return out;
  stream.next_in = data;
  stream.avail_in = size;
  lzma_ret result = LZMA_OK;
  while (result == LZMA_OK && out.size() < kMaxExpanded) {
    const size_t done = out.size();
    out.resize(done + kStep);
    stream.next_out = reinterpret_cast<uint8_t*>(out.data() + done);
    stream.avail_out = kStep;
    result = lzma_code(&stream, LZMA_FINISH);
    out.resize(out.size() - stream.avail_out);
  }
  lzma_end(&stream);
  return result == LZMA_STREAM_END ? out : std::string();
}

}  // namespace

std::unique_ptr<ElfFile> open_minidebug(const ElfFile& file) {
  Elf_Scn* section = file.section(".gnu_debugdata");
  const Elf_Data* data = section ? elf_rawdata(section, nullptr) : nullptr;
  if (!data || !data->d_buf) return nullptr;
  std::string expanded = expand(static_cast<const uint8_t*>(data->d_buf), data->d_size);
  if (expanded.empty()) return nullptr;
  return ElfFile::from_memory(std::move(expanded), file.path());
}

}  // namespace thrace

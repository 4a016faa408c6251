// Compression of generations into frames.
#include "core/collector/frame_stream.h"

namespace thrace::collector {
namespace {

constexpr size_t kStep = 64 << 10;  // by which the output grows

}  // namespace

FrameStream::FrameStream(int level) : context_(ZSTD_createCCtx()) { set_level(level); }

void FrameStream::set_level(int level) {
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
}

void FrameStream::header(const FileHeader& header, std::string& out) {
  const std::string frame = encode_header(header);
  frames_.push_back({static_cast<uint32_t>(frame.size()), 0});
  out += frame;
}

void FrameStream::compress(std::string_view in, ZSTD_EndDirective directive, std::string& out) {
  ZSTD_inBuffer input{in.data(), in.size(), 0};
  const size_t before = out.size();
  size_t used = before;
  for (;;) {
    out.resize(used + kStep);
    ZSTD_outBuffer output{out.data(), out.size(), used};
    const size_t left = ZSTD_compressStream2(context_.get(), &output, &input, directive);
    used = output.pos;
    if (ZSTD_isError(left)) break;  // out of memory alone: the frame is cut there
    if (directive == ZSTD_e_continue ? input.pos == input.size : left == 0) break;
  }
  out.resize(used);
  open_.compressed += static_cast<uint32_t>(used - before);
  open_.decompressed += static_cast<uint32_t>(in.size());
}

void FrameStream::data(std::string_view batches, std::string& out) {
  compress(batches, ZSTD_e_continue, out);
}

void FrameStream::flush(std::string& out) { compress({}, ZSTD_e_flush, out); }

void FrameStream::end_generation(std::string& out) {
  compress({}, ZSTD_e_end, out);
  frames_.push_back(open_);
  open_ = {};
}

void FrameStream::attachment(std::string_view frame, std::string& out) {
  frames_.push_back({static_cast<uint32_t>(frame.size()), 0});
  out += frame;
}

void FrameStream::index(std::string& out, size_t count) const {
  out += encode_index({frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(count)});
}

}  // namespace thrace::collector

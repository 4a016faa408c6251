// Reads a trace back as text, for tests.
#pragma once

#include <zstd.h>

#include <string>
#include <vector>

#include "core/format/batch.h"
#include "core/format/file.h"
#include "core/format/frames.h"

namespace thrace {

struct TestTrace {
  FileHeader header;
  std::vector<std::string> generations;  // decompressed
  std::vector<FrameSize> index;          // empty: none
  bool good = false;

  // One line for each event of generation `i` (from 0): "M1 GoStart@100 5".  M 0's with their
  // strings.
  std::vector<std::string> lines(size_t i, bool tables = false) const {
    std::vector<std::string> out;
    size_t pos = 0;
    Batch batch;
    while (read_batch(generations.at(i), pos, batch) == BatchError::None) {
      if (!tables && batch.m == kCollectorM) continue;
      BatchCursor cursor(batch);
      EventView event;
      while (cursor.next(event) == BatchCursor::Step::Event) {
        std::string line = "M" + std::to_string(batch.m) + " " + std::string(event.spec->name);
        if (batch.m) line += "@" + std::to_string(event.time);
        for (size_t a = 0; a < event.spec->nargs; a++)
          line += " " + value(event, a);
        if (event.stack) line += " stack " + std::to_string(event.stack);
        out.push_back(line);
      }
    }
    return out;
  }

  static std::string value(const EventView& event, size_t a) {
    if (event.spec->args[a].type == ArgType::Bytes) return std::string(event.bytes);
    if (event.spec->args[a].type != ArgType::Frames) return std::to_string(event.args[a]);
    std::vector<uint64_t> frames;
    if (!decode_frames(event.bytes, frames)) return "malformed";
    std::string text;
    for (const uint64_t frame : frames)
      text += (text.empty() ? "" : ",") + std::to_string(frame);
    return text;
  }

  std::string end(size_t i) const {
    const auto all = lines(i, true);
    return all.empty() ? "" : all.back();
  }
};

inline TestTrace read_trace(const std::string& data) {
  TestTrace trace;
  size_t pos = 0;
  if (decode_header(data, trace.header, pos) != HeaderError::None) return trace;
  decode_index(data, trace.index);
  while (pos < data.size()) {
    const size_t size = ZSTD_findFrameCompressedSize(data.data() + pos, data.size() - pos);
    if (ZSTD_isError(size)) return trace;
    std::string out;
    std::vector<char> buffer(1 << 16);
    ZSTD_DStream* stream = ZSTD_createDStream();
    ZSTD_inBuffer in{data.data() + pos, size, 0};
    for (bool more = true; more;) {
      ZSTD_outBuffer to{buffer.data(), buffer.size(), 0};
      const size_t left = ZSTD_decompressStream(stream, &to, &in);
      out.append(buffer.data(), to.pos);
      more = !ZSTD_isError(left) && (in.pos < in.size || to.pos == to.size);
    }
    ZSTD_freeDStream(stream);
    pos += size;
    if (!out.empty()) trace.generations.push_back(out);
  }
  trace.good = true;
  return trace;
}

}  // namespace thrace

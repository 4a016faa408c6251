// The bytes of a trace file as they come to be: header frame, one zstd frame for each generation,
// index frame.  What becomes of the bytes is the caller's business.
#pragma once

#include <zstd.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/format/file.h"

namespace thrace::collector {

class FrameStream {
 public:
  explicit FrameStream(int level);

  // The zstd level from here on.  Between generations.
  void set_level(int level);

  // All of these append to `out`.
  void header(const FileHeader& header, std::string& out);
  void data(std::string_view batches, std::string& out);  // of the generation under way
  void flush(std::string& out);  // so that all data until here can be decompressed
  void end_generation(std::string& out);
  void attachment(std::string_view frame, std::string& out);  // between generations
  void index(std::string& out, size_t count) const;  // over the first `count` frames

  size_t frames() const { return frames_.size(); }  // ended so far, the header's included

 private:
  void compress(std::string_view in, ZSTD_EndDirective directive, std::string& out);

  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_;
  std::vector<FrameSize> frames_;
  FrameSize open_;  // the generation under way
};

}  // namespace thrace::collector

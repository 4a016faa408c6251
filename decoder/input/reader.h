// The reader of a trace file: header, generations one at a time, index.  It holds at most one
// generation in memory (kMaxGeneration, refused above) and survives any input: what is wrong is
// listed as problems, with file, offset and rule; what is left is delivered.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/format/file.h"
#include "decoder/input/attachment.h"
#include "decoder/input/generation.h"
#include "decoder/input/input.h"
#include "decoder/input/look_ahead.h"
#include "decoder/input/problem.h"

typedef struct ZSTD_DCtx_s ZSTD_DCtx;

namespace thrace {

class Reader {
 public:
  // What is wrong is added to `problems`, in the order of the file; `name` stands for it there.
  Reader(std::unique_ptr<Input> input, std::string name, Problems& problems);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Reads the header.  False if this is not a trace that can be read: the problem says why.
  bool open();

  // Reads the next generation.  False at the end of the file.
  bool next(Generation& generation);

  const FileHeader& header() const { return header_; }

  // The attachments known so far: from the start all those that the index leads to, if the input is
  // a file that has one; else those that were read.
  const std::vector<Attachment>& attachments() const { return attachments_; }

  // True once the index was read and agreed: the collector closed this file.
  bool closed() const { return closed_; }

  // Bytes of the file read so far.
  uint64_t offset() const { return base_ + pos_; }

 private:
  std::string_view peek(size_t wanted);
  void skip(size_t count) { pos_ += count; }
  void report(uint64_t offset, const char* rule, std::string text, bool cut = false);
  bool expand(Generation& generation, bool& complete);
  bool read_skippable(uint32_t magic);
  bool read_attachment(uint64_t size);
  void read_index(std::string_view frame);
  void resynchronize();
  void check_order(Generation& generation);

  std::unique_ptr<Input> input_;
  std::string name_;
  Problems& problems_;
  FileHeader header_;
  std::vector<FrameSize> frames_;
  std::vector<Attachment> attachments_;
  ZSTD_DCtx* zstd_;
  std::string buffer_;  // bytes of the file from base_ on
  uint64_t base_ = 0;
  size_t pos_ = 0;
  uint64_t last_generation_ = 0;
  EndReason last_end_ = EndReason::None;
  uint64_t attached_ = 0;  // bytes of all attachments, expanded
  bool at_end_ = false;
  bool finished_ = false;
  bool closed_ = false;
  bool gap_ = false;  // damage between frames: generations may be missing
};

}  // namespace thrace

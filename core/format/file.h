// The constants of a trace file and its header.  The grammar is on the format page, format.md.
//
//   file       := header (generation | attachment)* index?
//   header     := skippable frame {kFileMagic, version, count, {key, value}*, crc32c}
//   generation := one zstd frame of batches
//   attachment := skippable frame {kAttachmentMagic, build-id, path, size, zstd frame, crc32c}
//   index      := skippable frame: the seek table of the zstd seekable format
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thrace {

inline constexpr uint32_t kFormatVersion = 4;
inline constexpr std::string_view kFileMagic{"thrace\r\n", 8};  // catches text-mode copies

inline constexpr uint32_t kSkippableHeader = 0x184D2A5D;  // zstd frame magic of the header
inline constexpr uint32_t kSkippableIndex = 0x184D2A5E;   // of the index: seekable format
inline constexpr uint32_t kSkippableAttachment = 0x184D2A5C;
inline constexpr std::string_view kAttachmentMagic{"thracat\n", 8};
inline constexpr uint32_t kSeekTableMagic = 0x8F92EAB1;   // the last four bytes of the index

// Limits that a reader may rely on.  If one grows, the format version must change.
inline constexpr uint32_t kMaxHeader = 1u << 20;      // bytes of the header frame
inline constexpr uint32_t kMaxBatch = 1u << 18;       // bytes of the events of one batch
inline constexpr uint32_t kMaxGeneration = 1u << 28;  // bytes of one generation, decompressed
inline constexpr uint32_t kMaxBatches = 1u << 22;     // of one generation
inline constexpr uint32_t kMaxString = 4096;          // bytes of one interned string
inline constexpr uint32_t kMaxImage = 1u << 26;       // bytes of one attached file, expanded
inline constexpr uint32_t kMaxImages = 1u << 28;      // of all of a trace

// Ids 0 are nobody: the batches of M 0 are the collector's own (tables, clock, end).
inline constexpr uint64_t kCollectorM = 0;

// The header of a file.  Keys and values are text; the order is kept.  The keys that the collector
// writes are listed on the format page.
struct FileHeader {
  uint32_t version = kFormatVersion;
  std::vector<std::pair<std::string, std::string>> entries;

  void set(std::string_view key, std::string_view value);
  // The value of a key, or `otherwise`.
  std::string_view get(std::string_view key, std::string_view otherwise = {}) const;
};

// A u32 of the format; there must be four bytes at `pos`.
inline uint32_t get_u32(std::string_view in, size_t pos) {
  uint32_t value = 0;
  for (size_t i = 4; i-- > 0;) value = value << 8 | static_cast<uint8_t>(in[pos + i]);
  return value;
}

// The whole skippable frame of a header.
std::string encode_header(const FileHeader& header);

enum class HeaderError : uint8_t { None, Short, NotATrace, NewerVersion, Damaged };

// Reads the header at the start of `data`; `size` becomes the length of its frame.  Short: the text
// ends within it.  NewerVersion fills in header.version only.
HeaderError decode_header(std::string_view data, FileHeader& header, size_t& size);

// The start of an attachment: a copy of a file that nobody will find when the trace is read.
struct AttachmentHeader {
  std::string build;       // build-id of a module, in hex
  std::string path;        // and its path
  uint64_t size = 0;       // bytes of the file, expanded
  size_t header_size = 0;  // bytes of the frame before the compressed file: of one that was read
  uint64_t frame_size = 0;  // bytes of the whole frame: of one that was read
};

// The whole skippable frame of an attachment; `compressed`: the file as a zstd frame.
std::string encode_attachment(const AttachmentHeader& header, std::string_view compressed);

// Reads the start of an attachment's frame from the first kMaxAttachmentHeader bytes of it, or all
// if it is shorter.  False if it is none or damaged.
bool decode_attachment(std::string_view data, AttachmentHeader& header);

// True if a whole attachment frame has the checksum that it should.
bool attachment_is_sound(std::string_view frame);

inline constexpr size_t kMaxAttachmentHeader = 16 << 10;
inline constexpr size_t kAttachmentTail = 4;  // behind the compressed file: crc32c

// The sizes of one frame in the file, as the seek table lists them (skippable: decompressed = 0).
struct FrameSize {
  uint32_t compressed = 0;
  uint32_t decompressed = 0;
};

// The whole skippable frame of the index over all frames before it, the header's included.
std::string encode_index(const std::vector<FrameSize>& frames);

// The bytes of the index frame that ends with `footer`, its last kIndexFooter bytes; 0: it is none.
uint64_t index_size(std::string_view footer);
inline constexpr size_t kIndexFooter = 9;  // number of frames, descriptor, kSeekTableMagic

// Reads an index frame that ends at the end of `data`.  False if there is none or it is damaged.
bool decode_index(std::string_view data, std::vector<FrameSize>& frames);

}  // namespace thrace

// From an address to its FDE and CIE.
#include "core/unwind/tables.h"

#include "core/unwind/cursor.h"

namespace thrace::unwind {
namespace {

constexpr uint8_t kSearchTable = encoding::kDataRelative | encoding::kSdata4;
constexpr uint64_t kReturnAddress = 16;  // column of rip (System V ABI, AMD64, figure 3.36)

// A row of the search table, relative to the header.
struct TableRow {
  int32_t begin, entry;
};

// The start and end of the length-prefixed record at `at`.
bool open_record(const Memory& memory, uint64_t at, uint64_t& body, uint64_t& end) {
  uint32_t length;
  // 0 ends .eh_frame; 0xffffffff begins the 64-bit form, which no linker writes here.
  if (!memory.load(at, length) || length == 0 || length >= 0xfffffff0) return false;
  body = at + sizeof length;
  end = body + length;
  return memory.contains(body, length);
}

bool read_cie(const Memory& memory, uint64_t at, Entry& entry) {
  uint64_t body, end;
  if (!open_record(memory, at, body, end)) return false;
  Cursor cursor(memory, body, end);
  if (cursor.fixed<uint32_t>() != 0) return false;  // the id of a CIE
  const uint8_t version = cursor.byte();
  if (version != 1 && version != 3) return false;
  const uint64_t augmentation = cursor.at();
  while (cursor.byte()) {
  }
  entry.code_align = cursor.uleb();
  entry.data_align = cursor.sleb();
  const uint64_t return_column = version == 1 ? cursor.byte() : cursor.uleb();
  if (return_column != kReturnAddress) return false;

  Cursor letters(memory, augmentation, end);
  if (letters.byte() != 'z') return false;  // without it the FDE's own augmentation has no length
  const uint64_t size = cursor.uleb();
  entry.cie_program = cursor.at() + size;
  entry.cie_program_end = end;
  while (const uint8_t letter = letters.byte()) {
    // clang-format off
    switch (letter) {
      case 'R': entry.pointer_encoding = cursor.byte(); break;
      case 'P': cursor.encoded(cursor.byte() & 0x0f); break;
      case 'L': cursor.byte(); break;
      case 'S': entry.signal_frame = true; break;
      default:  return false;
    }
    // clang-format on
  }
  return cursor.ok() && letters.ok();
}

// Where the search table lies, and how many rows it has.
bool open_header(const Memory& memory, uint64_t header, uint64_t& table, uint64_t& rows) {
  Cursor head(memory, header, UINT64_MAX);
  if (head.byte() != 1) return false;  // version
  const uint8_t frame_encoding = head.byte(), count_encoding = head.byte();
  if (head.byte() != kSearchTable || count_encoding == encoding::kOmit) return false;
  if (frame_encoding != encoding::kOmit) head.encoded(frame_encoding, header);
  rows = head.encoded(count_encoding, header);
  table = head.at();
  return head.ok() && rows > 0 && rows <= UINT32_MAX;
}

// The last row that begins at or before pc.
bool search(const Memory& memory, uint64_t header, uint64_t table, uint64_t rows, uint64_t pc,
            uint64_t& entry) {
  const auto wanted = static_cast<int64_t>(pc - header);
  TableRow row;
  uint64_t low = 0, high = rows;  // begin of row `low` <= wanted < begin of row `high`
  while (high - low > 1) {
    const uint64_t middle = low + (high - low) / 2;
    if (!memory.load(table + middle * sizeof row, row)) return false;
    (row.begin <= wanted ? low : high) = middle;
  }
  if (!memory.load(table + low * sizeof row, row) || row.begin > wanted) return false;
  entry = header + static_cast<uint64_t>(int64_t{row.entry});
  return true;
}

}  // namespace

bool find_entry(const Memory& memory, uint64_t header, uint64_t pc, Entry& entry) {
  uint64_t table, rows, at, body, end;
  uint32_t cie;  // how far before this field it lies
  if (!open_header(memory, header, table, rows) || !search(memory, header, table, rows, pc, at) ||
      !open_record(memory, at, body, end) || !memory.load(body, cie) || cie == 0 ||
      !read_cie(memory, body - cie, entry))
    return false;
  Cursor cursor(memory, body + sizeof cie, end);
  entry.begin = cursor.encoded(entry.pointer_encoding);
  entry.end = entry.begin + cursor.encoded(entry.pointer_encoding & 0x0f);
  cursor.skip(cursor.uleb());  // the augmentation: where exceptions land
  entry.program = cursor.at();
  entry.program_end = end;
  return cursor.ok() && pc >= entry.begin && pc < entry.end;
}

}  // namespace thrace::unwind

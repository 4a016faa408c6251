// Build-ids among notes of all kinds.
#include "core/format/build_id.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace thrace {
namespace {

std::string note(uint32_t type, std::string name, std::string value, uint32_t align = 4) {
  const Elf64_Nhdr header{static_cast<uint32_t>(name.size()), static_cast<uint32_t>(value.size()),
                          type};
  name.resize((name.size() + align - 1) / align * align);
  value.resize((value.size() + align - 1) / align * align);
  return std::string(reinterpret_cast<const char*>(&header), sizeof header) + name + value;
}

const std::string kGnu("GNU", 4);
const std::string kOther = note(NT_GNU_ABI_TAG, kGnu, "12345") + note(NT_GNU_BUILD_ID, "go", "x");

// In memory of its own, so that a sanitizer sees what is read.
std::string found(const std::string& notes, uint64_t align = 4) {
  const auto copy = std::make_unique<char[]>(notes.size());
  notes.copy(copy.get(), notes.size());
  BuildId id;
  const bool found = find_build_id(copy.get(), notes.size(), align, id);
  EXPECT_EQ(found, id.text[0] != 0);
  return id.text;
}

TEST(BuildId, IsTheValueOfItsNote) {
  EXPECT_EQ(found(note(NT_GNU_BUILD_ID, kGnu, "\x12\xab")), "12ab");
  EXPECT_EQ(found(kOther + note(NT_GNU_BUILD_ID, kGnu, "\x12\xab") + kOther), "12ab");
  EXPECT_EQ(found(note(NT_GNU_PROPERTY_TYPE_0, kGnu, "12345", 8) +
                      note(NT_GNU_BUILD_ID, kGnu, "\x12\xab", 8),
                  8),
            "12ab");
}

TEST(BuildId, OneThatIsTooLongIsNone) {
  EXPECT_EQ(found(note(NT_GNU_BUILD_ID, kGnu, std::string(32, 'a'))).size(), 64u);
  EXPECT_EQ(found(note(NT_GNU_BUILD_ID, kGnu, std::string(33, 'a'))), "");
}

TEST(BuildId, NotesThatAreCutHaveNone) {
  EXPECT_EQ(found(""), "");
  EXPECT_EQ(found(kOther), "");
  const std::string whole = kOther + note(NT_GNU_BUILD_ID, kGnu, "1234");
  for (size_t size = 0; size < whole.size(); size++) EXPECT_EQ(found(whole.substr(0, size)), "");
  Elf64_Nhdr huge{~0u, ~0u, NT_GNU_BUILD_ID};
  EXPECT_EQ(found(std::string(reinterpret_cast<const char*>(&huge), sizeof huge) + whole), "");
}

}  // namespace
}  // namespace thrace

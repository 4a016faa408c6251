// Files that are cut or changed at any place cost names, never more.
#include <elf.h>
#include <elfutils/libdw.h>
#include <gtest/gtest.h>

#include <random>

#include "decoder/symbols/function_table.h"
#include "decoder/symbols/symbolizer.h"
#include "decoder/symbols/test_support.h"

namespace thrace {
namespace {

constexpr int kCuts = 100;
constexpr int kChanges = 300;

class Hostile : public testing::TestWithParam<std::string> {
 protected:
  // Asks for names all over the file; there is always an answer.
  void ask(const std::string& data) {
    write_file(file_, data);
    Module module;
    module.path = file_;
    Symbolizer symbolizer({.debuginfod = false});
    std::vector<Symbolizer::Lookup> lookups;
    for (uint64_t address = 0; address < 0x8000; address += 0x155)
      for (const uint64_t base : {0ul, 0x400000ul})
        lookups.push_back({&module, base + address, address % 2 == 0});
    symbolizer.prefetch(lookups);
    for (const auto& [unused, address, is_return] : lookups) {
      const auto& frames = symbolizer.frames(&module, address, is_return);
      ASSERT_FALSE(frames.empty());
      for (const Frame& frame : frames) {
        ASSERT_FALSE(frame.function.empty());
        ASSERT_LE(frame.function.size(), kMaxName);
      }
      ASSERT_FALSE(symbolizer.object_name(&module, address).empty());
    }
  }

  const std::string whole_ = read_file(kFixtures + GetParam());
  const TemporaryFolder folder_;
  const std::string file_ = folder_.path + "/file";
};

INSTANTIATE_TEST_SUITE_P(Fixtures, Hostile, testing::Values("gcc_dwarf5", "gcc_dwarf4", "gcc_gz"),
                         [](const auto& info) { return info.param; });

TEST_P(Hostile, CutAnywhere) {
  for (size_t i = 0; i < kCuts; i++) ask(whole_.substr(0, whole_.size() * i / kCuts));
}

TEST_P(Hostile, ChangedAnywhere) {
  std::mt19937_64 random(1);
  for (int round = 0; round < kChanges; round++) {
    SCOPED_TRACE(round);
    std::string data = whole_;
    // The headers decide the most: half of the changes hit the first and the last bytes.
    const size_t count = 1 + random() % 20;
    for (size_t i = 0; i < count; i++) {
      const size_t edge = random() % 4096;
      const size_t at = round % 4 == 0   ? edge
                        : round % 4 == 1 ? data.size() - 1 - edge
                                         : random() % data.size();
      data[at] = static_cast<char>(round % 3 == 0 ? random() : data[at] ^ (1 << random() % 8));
    }
    ask(data);
  }
}

TEST(HostileFiles, WhatIsNoElfFileSaysSo) {
  const TemporaryFolder folder;
  const std::string file = folder.path + "/file";
  for (const char* data : {"", "#!/bin/sh\n", "!<arch>\n", "\177EL"}) {
    write_file(file, data);
    Module module;
    module.path = file;
    Symbolizer symbolizer({});
    EXPECT_EQ(symbolizer.frames(&module, 0x1234, false).front().function, "file+0x1234");
    ASSERT_EQ(symbolizer.notes().size(), 1u);
    EXPECT_EQ(symbolizer.notes()[0], file + " is not an ELF file: its names are not used");
  }
}

// A few bytes may say that they are many.
TEST(HostileFiles, DebugInformationThatExpandsTooFarIsNotRead) {
  const TemporaryFolder folder;
  Module module;
  module.path = folder.path + "/file";
  const std::string source = kFixtures + "gcc_gz";
  std::string data = read_file(source);
  const uint64_t offset = std::stoull(
      output_of("readelf -SW " + source + " | sed -n 's/.* .debug_info *PROGBITS *[^ ]* //p'"),
      nullptr, 16);
  const uint64_t huge = 5'000'000'000;
  data.replace(offset + offsetof(Elf64_Chdr, ch_size), sizeof huge,
               reinterpret_cast<const char*>(&huge), sizeof huge);
  write_file(module.path, data);
  std::string error;
  const uint64_t usual = ElfFile::open(source, error)->expanded_debug_info();
  EXPECT_GT(usual, 1000u);
  EXPECT_LT(usual, 10'000'000u);
  const uint64_t size = ElfFile::open(module.path, error)->expanded_debug_info();
  EXPECT_GT(size, huge);
  Symbolizer symbolizer({.debuginfod = false});
  symbolizer.frames(&module, 0x1234, false);
  ASSERT_EQ(symbolizer.notes().size(), 1u);
  EXPECT_EQ(symbolizer.notes()[0],
            fmt::format("the debug information of {} cannot be read: it expands to {} bytes",
                        module.path, size));
}

TEST(HostileFiles, RangesOfAllUnitsAreCountedTogether) {
  std::string error;
  const auto file = ElfFile::open(kFixtures + "gcc_dwarf5", error);
  Dwarf* dwarf = dwarf_begin_elf(file->elf(), DWARF_C_READ, nullptr);
  ASSERT_TRUE(dwarf);
  Dwarf_CU* unit = nullptr;
  Dwarf_Die die;
  ASSERT_EQ(dwarf_get_units(dwarf, nullptr, &unit, nullptr, nullptr, &die, nullptr), 0);
  size_t left = kMaxRanges;
  const FunctionTable whole(die, left);
  const size_t needed = kMaxRanges - left;
  ASSERT_GT(needed, 4u);
  for (left = 2 * needed - 2; left > 1;) FunctionTable(die, left);
  EXPECT_EQ(left, 0u);
  dwarf_end(dwarf);
}

}  // namespace
}  // namespace thrace

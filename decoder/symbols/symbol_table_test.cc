// Which symbol covers an address, in files made for that.
#include "decoder/symbols/symbol_table.h"

#include <gtest/gtest.h>

#include <map>

#include "decoder/symbols/test_support.h"

namespace thrace {
namespace {

// Symbols of every kind; the offset of each address is in the comment.
constexpr const char* kAssembly = R"(
  .text
  .globl sized, bare, last, __alias, alias
  .type sized, @function
sized:        # 0x00
  .skip 0x10
inner:        # 0x10, has a size of its own
  .skip 0x8
  .size inner, 0x8
"$x.1":       # 0x18, a mark
  .skip 0x8
  .size sized, 0x20
  .skip 0x10  # 0x20, belongs to nobody
bare:         # 0x30, assembly without sizes
  .skip 0x8
"..@7.loop":  # 0x38, a mark
  .skip 0x8
__alias:      # 0x40
alias:
local_alias:
  .skip 0x10
  .size __alias, 0x10
  .size alias, 0x10
  .size local_alias, 0x10
last:         # 0x50, to the end of the section
  .skip 0x10
  .data
  .globl table
table:        # sized
  .skip 0x20
  .size table, 0x20
  .globl marker
marker:       # a symbol of data without a size may stand for anything
  .skip 0x20
)";

class SymbolTableTest : public testing::Test {
 protected:
  SymbolTableTest() {
    write_file(folder_.path + "/a.s", kAssembly);
    output_of(
        fmt::format("cd {} && as -o a.o a.s && ld -shared -o full.so a.o && "
                    "strip -o stripped.so full.so",
                    folder_.path));
    for (const std::string& line : lines_of(output_of("nm " + folder_.path + "/full.so")))
      if (line.size() > 19) addresses_[line.substr(19)] = std::stoull(line, nullptr, 16);
  }

  // What covers `offset` bytes behind a symbol, as "name+offset"; empty: nothing.
  std::string cover(const std::string& file, const std::string& symbol, uint64_t offset) {
    std::string error;
    const auto elf = ElfFile::open(folder_.path + "/" + file, error);
    SymbolTable table;
    EXPECT_EQ(table.add(elf->elf(), false), file == "full.so");
    if (file != "full.so") {
      EXPECT_TRUE(table.add(elf->elf(), true));
    }
    table.finish();
    const uint64_t address = addresses_.at(symbol) + offset;
    const Symbol* found = table.function(address);
    if (!found) found = table.object(address);
    return found ? fmt::format("{}+{:x}", found->name, address - found->address) : "";
  }

  const TemporaryFolder folder_;
  std::map<std::string, uint64_t> addresses_;
};

TEST_F(SymbolTableTest, SizesDecide) {
  EXPECT_EQ(cover("full.so", "sized", 0), "sized+0");
  EXPECT_EQ(cover("full.so", "sized", 0x11), "inner+1");
  EXPECT_EQ(cover("full.so", "sized", 0x19), "sized+19");
  EXPECT_EQ(cover("full.so", "sized", 0x20), "");
  EXPECT_EQ(cover("full.so", "sized", 0x2f), "");
}

TEST_F(SymbolTableTest, WithoutASizeUpToTheNext) {
  EXPECT_EQ(cover("full.so", "bare", 0), "bare+0");
  EXPECT_EQ(cover("full.so", "bare", 0xf), "bare+f");
  EXPECT_EQ(cover("full.so", "last", 0xf), "last+f");
  EXPECT_EQ(cover("full.so", "last", 0x10), "");
}

// The next exported symbol says nothing about where this one ends.
TEST_F(SymbolTableTest, DynamicSymbolsNeedASize) {
  EXPECT_EQ(cover("stripped.so", "bare", 0), "");
  EXPECT_EQ(cover("stripped.so", "sized", 0x11), "sized+11");
}

TEST_F(SymbolTableTest, TheBestAliasNamesAnAddress) {
  EXPECT_EQ(cover("full.so", "alias", 4), "alias+4");
}

TEST_F(SymbolTableTest, DataNeedsASize) {
  EXPECT_EQ(cover("full.so", "table", 0x1f), "table+1f");
  EXPECT_EQ(cover("full.so", "marker", 0), "");
}

}  // namespace
}  // namespace thrace

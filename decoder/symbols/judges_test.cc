// Every fixture, address by address, as binutils read it.
#include <map>
#include <regex>
#include <set>

#include "decoder/symbols/symbolizer.h"
#include "decoder/symbols/test_support.h"

namespace thrace {
namespace {

constexpr uint64_t kAddresses = 1500;  // of each fixture, about

// "function", "file:line", for each frame.
using Answer = std::vector<std::pair<std::string, std::string>>;

struct ElfSymbol {
  uint64_t address;
  uint64_t size;
  std::string name;
};

// The symbols of this type (FUNC, OBJECT) that are defined and have a size.
std::vector<ElfSymbol> ask_readelf(const std::string& path, const std::string& wanted) {
  std::vector<ElfSymbol> symbols;
  for (const std::string& line : lines_of(output_of("readelf -sW " + path + " | c++filt -p"))) {
    std::istringstream in(line);
    std::string number, address, size, type, binding, visibility, section, name;
    in >> number >> address >> size >> type >> binding >> visibility >> section;
    std::getline(in >> std::ws, name);
    if (type != wanted || section == "UND" || size == "0") continue;
    symbols.push_back({std::stoull(address, nullptr, 16), std::stoull(size, nullptr, 0),
                       name.substr(0, name.find('@'))});
  }
  return symbols;
}

// Addresses all over the functions that have a size: for others addr2line guesses.
std::vector<uint64_t> code_addresses(const std::string& path) {
  std::set<uint64_t> all;
  for (const ElfSymbol& symbol : ask_readelf(path, "FUNC"))
    for (uint64_t i = 0; i < symbol.size; i++) all.insert(symbol.address + i);
  std::vector<uint64_t> some;
  uint64_t count = 0;
  for (const uint64_t address : all)
    if (count++ % (all.size() / kAddresses + 1) == 0) some.push_back(address);
  return some;
}

// binutils keep the marks of clones, and Rust's hashes of names and crates.
std::string without_marks(const std::string& function) {
  static const std::regex marks(
      "\\.(part|cold|isra|constprop|lto_priv|llvm)\\b.*|::h[0-9a-f]{16}$|\\[[0-9a-f]{10,16}\\]|: "
      "usize\\b");
  return function == "??" ? "" : std::regex_replace(function, marks, "");
}

// Asks a judge that prints as addr2line does.
std::map<uint64_t, Answer> ask(const std::string& judge, const std::string& path,
                               const std::vector<uint64_t>& addresses) {
  const TemporaryFolder folder;
  std::string text;
  for (const uint64_t address : addresses) text += fmt::format("{:#x}\n", address);
  write_file(folder.path + "/addresses", text);
  const auto lines = lines_of(output_of(
      fmt::format("{} -a -i -f -e {} < {}/addresses | c++filt -p", judge, path, folder.path)));
  std::map<uint64_t, Answer> answers;
  Answer* answer = nullptr;
  for (size_t i = 0; i < lines.size(); i++) {
    if (lines[i].starts_with("0x") && lines[i].find(' ') == std::string::npos) {
      answer = &answers[std::stoull(lines[i], nullptr, 16)];
    } else if (i + 1 < lines.size()) {
      std::string place = lines[i + 1].substr(0, lines[i + 1].find(" (discriminator"));
      if (place.ends_with(":?") || place.ends_with(":0")) place = "";  // a file, but no line
      answer->emplace_back(without_marks(lines[i]), place);
      i++;
    }
  }
  return answers;
}

// Of functions without a linkage name addr2line says the short name, with template arguments as the
// compiler writes them; for the innermost of several even the name of the symbol, which is that of
// the outermost.
bool agree(const std::string& ours, const Answer& theirs, size_t index) {
  const std::string& other = theirs[index].first;
  const std::string& last = theirs.back().first;
  if (ours == other || ours.ends_with("::" + other)) return true;
  const std::string plain = other.substr(0, other.find('<'));
  if (!plain.empty() && ours.substr(0, ours.find('<')).ends_with("::" + plain)) return true;
  return index == 0 && theirs.size() > 1 && (other == last || other.ends_with("::" + last));
}

// Where a table of files counts from 0, addr2line takes some for the file of the whole unit.  It
// also gives lines to code that the link-time optimizer made, which has none.
bool same_place(const std::string& ours, const std::string& theirs) {
  if (ours == theirs) return true;
  const bool made_by_lto = theirs.find("<artificial>:") != std::string::npos;
  if (ours.empty()) return made_by_lto;
  return (made_by_lto || theirs.find("/calls.cc:") != std::string::npos) &&
         ours.substr(ours.rfind(':') + 1) == theirs.substr(theirs.rfind(':') + 1);
}

class Judges : public testing::TestWithParam<std::string> {
 protected:
  // Compares all frames at many addresses.  `loses_frames` of a judge that overlooks inlined calls.
  void compare(const std::string& judge, bool loses_frames) {
    const std::string path = kFixtures + GetParam();
    const std::vector<uint64_t> addresses = code_addresses(path);
    const auto answers = ask(judge, path, addresses);
    const Module module = module_of(path, 0x550000000000);
    Symbolizer symbolizer({.debuginfod = false});
    size_t known = 0, inlined = 0;
    for (const uint64_t address : addresses) {
      Answer theirs = answers.at(address);
      auto ours = symbolizer.frames(&module, address + module.bias, false);
      SCOPED_TRACE(fmt::format("{} {:#x}", GetParam(), address));
      if (loses_frames && theirs.size() == 1) {
        ours.back().file = ours.front().file;
        ours.back().line = ours.front().line;
        ours.erase(ours.begin(), ours.end() - 1);
      }
      ASSERT_EQ(ours.size(), theirs.size());
      EXPECT_EQ(ours[0].known, !theirs[0].first.empty());
      known += ours[0].known;
      for (size_t i = 0; ours[0].known && i < ours.size(); i++) {
        inlined += ours[i].inlined;
        EXPECT_EQ(ours[i].inlined, i + 1 < ours.size());
        EXPECT_TRUE(agree(without_marks(std::string(ours[i].function)), theirs, i))
            << "frame " << i << ": " << ours[i].function << " but " << theirs[i].first;
        const std::string place = fmt::format("{}:{}", ours[i].file, ours[i].line);
        EXPECT_TRUE(same_place(ours[i].line == 0 ? "" : place, theirs[i].second))
            << "frame " << i << ": " << place << " but " << theirs[i].second;
      }
    }
    EXPECT_GT(known, 300u);
    if (GetParam() != "gcc_O0") {
      EXPECT_GT(inlined, 100u);
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Fixtures, Judges, testing::ValuesIn(fixture_names()),
                         [](const auto& info) { return info.param; });

TEST_P(Judges, Addr2lineAgreesAboutCode) {
  if (GetParam() == "gcc_split") GTEST_SKIP() << "it does not read .dwo files";
  // It does not read ranges by index, which clang writes for inlined calls in DWARF 5.
  compare("addr2line", GetParam() == "clang_dwarf5");
}

TEST_P(Judges, LlvmAgreesAboutCode) {
  if (GetParam().starts_with("rust")) GTEST_SKIP() << "it names merged functions at random";
  for (const char* name : {"llvm-symbolizer", "llvm-symbolizer-14"})
    if (std::system(fmt::format("command -v {} >/dev/null", name).c_str()) == 0)
      return compare(fmt::format("{} --output-style=GNU --no-demangle", name), false);
  GTEST_SKIP() << "llvm-symbolizer is not installed";
}

TEST_P(Judges, ReadelfAgreesAboutVariables) {
  const std::string path = kFixtures + GetParam();
  std::map<uint64_t, std::set<std::string>> names;
  std::map<uint64_t, uint64_t> sizes;
  for (const ElfSymbol& symbol : ask_readelf(path, "OBJECT")) {
    names[symbol.address].insert(without_marks(symbol.name));
    sizes[symbol.address] = std::max(sizes[symbol.address], symbol.size);
  }
  ASSERT_GT(names.size(), 3u);
  const Module module = module_of(path, 0x550000000000);
  Symbolizer symbolizer({.debuginfod = false});
  for (auto at = names.begin(); at != names.end(); ++at) {
    const uint64_t address = at->first, size = sizes[address];
    SCOPED_TRACE(fmt::format("{} {:#x}", GetParam(), address));
    EXPECT_TRUE(at->second.contains(symbolizer.object_name(&module, address + module.bias)))
        << symbolizer.object_name(&module, address + module.bias);
    const bool overlaps = std::next(at) != names.end() && std::next(at)->first < address + size;
    if (size == 1 || overlaps) continue;
    const std::string last = symbolizer.object_name(&module, address + size - 1 + module.bias);
    EXPECT_TRUE(last.ends_with(fmt::format("+{:#x}", size - 1))) << last;
    EXPECT_TRUE(at->second.contains(last.substr(0, last.rfind('+')))) << last;
  }
}

}  // namespace
}  // namespace thrace

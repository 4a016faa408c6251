// What the library looks like to the loader (G1), read with readelf.
#include <gtest/gtest.h>
#include <stdio.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::vector<std::string> readelf(const std::string& options) {
  const std::string command = "readelf -W " + options + " " THRACE_LIBRARY;
  FILE* pipe = popen(command.c_str(), "r");
  std::vector<std::string> lines;
  char line[4096];
  while (pipe && fgets(line, sizeof line, pipe)) lines.emplace_back(line);
  EXPECT_EQ(pipe ? pclose(pipe) : -1, 0) << command;
  return lines;
}

bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

struct Symbol {
  std::string name, section, binding, type;
};

// The dynamic symbols; names with their versions.
std::vector<Symbol> symbols() {
  std::vector<Symbol> result;
  for (const std::string& line : readelf("--dyn-syms")) {
    std::istringstream words(line);
    std::string number, value, size, type, binding, visibility, section, name;
    if (words >> number >> value >> size >> type >> binding >> visibility >> section >> name &&
        number.back() == ':' && section != "Ndx")
      result.push_back({name, section, binding, type});
  }
  return result;
}

std::string without_version(const std::string& name) { return name.substr(0, name.find('@')); }

// The wrappers, from the table.
std::set<std::string> wrappers() {
  return {
#define HOOK(ret, name, params, versions) #name,
#define ALIAS(alias, name) #alias,
#define OLD(ret, id, name, params, version) #name "@GLIBC_" version,
#define NEED(ret, name, params, versions)
#include "preload/real.def"
  };
}

TEST(Elf, NeedsLibcAlone) {
  std::vector<std::string> needed;
  for (const std::string& line : readelf("-d"))
    if (contains(line, "(NEEDED)")) needed.push_back(line);
  ASSERT_EQ(needed.size(), 1u);
  EXPECT_TRUE(contains(needed[0], "[libc.so.6]")) << needed[0];
}

TEST(Elf, Flags) {
  std::string text;
  for (const std::string& line : readelf("-d -l")) text += line;
  EXPECT_TRUE(contains(text, "INITFIRST"));
  EXPECT_TRUE(contains(text, "NODELETE"));
  EXPECT_TRUE(contains(text, "BIND_NOW"));
  EXPECT_TRUE(contains(text, "GNU_RELRO"));
  EXPECT_FALSE(contains(text, "TEXTREL"));
  EXPECT_FALSE(contains(text, " RWE "));
}

TEST(Elf, LittleTlsAndNoneByCall) {
  for (const std::string& line : readelf("-l"))
    if (contains(line, " TLS ")) {
      std::istringstream words(line);
      std::string type, offset, address, physical, file, memory;
      words >> type >> offset >> address >> physical >> file >> memory;
      EXPECT_LT(std::stoul(memory, nullptr, 16), 128u);
    }
  for (const std::string& line : readelf("-r")) {
    EXPECT_FALSE(contains(line, "DTPMOD") || contains(line, "TLSDESC")) << line;
  }
  for (const Symbol& symbol : symbols()) EXPECT_NE(without_version(symbol.name), "__tls_get_addr");
}

TEST(Elf, ExportsTheWrappersAndTheAnnotationsAndNothingElse) {
  std::set<std::string> exported;
  for (const Symbol& symbol : symbols()) {
    if (symbol.section == "UND" || symbol.section == "ABS") continue;
    const size_t version = symbol.name.find("@@");
    exported.insert(symbol.name.substr(0, version));
    EXPECT_EQ(symbol.type, "FUNC") << symbol.name;
  }
  std::set<std::string> wanted = wrappers();
  wanted.insert({"thrace_annotate_object", "thrace_annotate_thread"});  // include/thrace.h
  EXPECT_EQ(exported, wanted);
}

// A wrapper that we call ourselves is defined here, and yet found by a relocation.
TEST(Elf, CallsNothingThatIsWrapped) {
  std::set<std::string> wrapped, used;
  for (const std::string& name : wrappers()) wrapped.insert(without_version(name));
  for (const std::string& line : readelf("-r")) {
    std::istringstream words(line);
    std::string offset, info, type, value, name;
    if (words >> offset >> info >> type >> value >> name && type.starts_with("R_"))
      used.insert(without_version(name));
  }
  ASSERT_TRUE(used.count("environ"));
  for (const std::string& name : used) EXPECT_FALSE(wrapped.count(name)) << name;
  for (const char* name : {"malloc", "calloc", "realloc", "free", "open", "mmap", "printf"})
    EXPECT_FALSE(used.count(name)) << name;
}

}  // namespace

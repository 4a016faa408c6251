// The Symbolizer's options and promises.
#include "decoder/symbols/symbolizer.h"

#include <gtest/gtest.h>

#include <map>

#include "decoder/symbols/test_support.h"

namespace thrace {
namespace {

constexpr uint64_t kBias = 0x7f1200000000;

// Addresses and sizes of the functions of a fixture, by their linkage names.
struct Function {
  uint64_t address;
  uint64_t size;
};
std::map<std::string, Function> functions_of(const std::string& path) {
  std::map<std::string, Function> functions;
  for (const std::string& line : lines_of(output_of("nm -S " + path))) {
    std::istringstream in(line);
    std::string address, size, type, name;
    in >> address >> size >> type >> name;
    if (type == "t" || type == "T" || type == "W")
      functions[name] = {std::stoull(address, nullptr, 16), std::stoull(size, nullptr, 16)};
  }
  return functions;
}

std::string names(const std::vector<Frame>& frames) {
  std::string text;
  for (const Frame& frame : frames) text += std::string(frame.function) + "|";
  return text;
}

class SymbolizerTest : public testing::Test {
 protected:
  const std::string path_ = kFixtures + "gcc_dwarf5";
  const std::map<std::string, Function> functions_ = functions_of(path_);
  const Module module_ = module_of(path_, kBias);
  const uint64_t run_ = functions_.at("_ZN5outer6Worker3runEl").address + kBias;
};

TEST_F(SymbolizerTest, InlinedCallsComeFirst) {
  Symbolizer symbolizer({});
  bool seen = false;
  const uint64_t size = functions_.at("_ZN5outer6Worker3runEl").size;
  for (uint64_t i = 0; i < size && !seen; i++)
    seen = names(symbolizer.frames(&module_, run_ + i, false)) ==
           "outer::(anonymous namespace)::mix|outer::(anonymous namespace)::mix_twice|"
           "outer::Worker::run|";
  EXPECT_TRUE(seen);
}

TEST_F(SymbolizerTest, OptionsOfNames) {
  Symbolizer raw({.raw_names = true});
  EXPECT_EQ(raw.frames(&module_, run_, false).back().function, "_ZN5outer6Worker3runEl");
  Symbolizer physical({.no_inline = true});
  for (uint64_t i = 0; i < functions_.at("_ZN5outer6Worker3runEl").size; i++)
    EXPECT_EQ(names(physical.frames(&module_, run_ + i, false)), "outer::Worker::run|");
}

TEST_F(SymbolizerTest, AReturnAddressIsThatOfTheCall) {
  const Function& function = functions_.at("_ZN5outer6Worker3runEl");
  Symbolizer symbolizer({});
  const uint64_t end = run_ + function.size;
  EXPECT_EQ(symbolizer.frames(&module_, end, true).back().function, "outer::Worker::run");
  EXPECT_NE(symbolizer.frames(&module_, end, false).back().function, "outer::Worker::run");
}

TEST_F(SymbolizerTest, WhatIsNotKnownStaysAnAddress) {
  Symbolizer symbolizer({});
  const Frame& outside = symbolizer.frames(&module_, kBias + 0x12345678, true).front();
  EXPECT_EQ(outside.function, "gcc_dwarf5+0x12345678");
  EXPECT_FALSE(outside.known);
  EXPECT_EQ(outside.module, path_);
  EXPECT_EQ(symbolizer.frames(nullptr, 0x7f00deadbeef, false).front().function, "0x7f00deadbeef");
  EXPECT_EQ(symbolizer.object_name(nullptr, 0x7f00deadbeef), "0x7f00deadbeef");
  EXPECT_EQ(symbolizer.object_name(&module_, kBias + 0x12345678), "gcc_dwarf5+0x12345678");
}

TEST_F(SymbolizerTest, NothingIsOpenedUntilAsked) {
  Module missing = module_;
  missing.path = "/nonexistent/program";
  Symbolizer symbolizer({});
  EXPECT_TRUE(symbolizer.notes().empty());
  EXPECT_EQ(symbolizer.frames(&missing, run_, false).front().function.substr(0, 10), "program+0x");
  ASSERT_EQ(symbolizer.notes().size(), 1u);
  EXPECT_EQ(symbolizer.notes()[0],
            "/nonexistent/program cannot be opened: No such file or directory: its names are not "
            "used");
  symbolizer.frames(&missing, run_ + 1, false);
  EXPECT_EQ(symbolizer.notes().size(), 1u);
}

// Two processes have one file at different places.
TEST_F(SymbolizerTest, ModulesOfOneFileAgree) {
  Module other = module_;
  other.bias = kBias * 2;
  Symbolizer symbolizer({});
  const auto* first = &symbolizer.frames(&module_, run_, false);
  EXPECT_EQ(&symbolizer.frames(&other, run_ + kBias, false), first);
}

TEST_F(SymbolizerTest, PrefetchFindsTheSame) {
  std::vector<Module> modules;
  for (const std::string& name : fixture_names()) modules.push_back(module_of(kFixtures + name));
  std::vector<Symbolizer::Lookup> lookups;
  for (const Module& module : modules)
    for (const auto& [name, function] : functions_of(module.path))
      for (uint64_t i = 0; i < std::min<uint64_t>(function.size, 64); i += 3)
        lookups.push_back({&module, function.address + i, i % 2 == 0});
  lookups.push_back({nullptr, 0x1234, false});
  Symbolizer at_once({.debuginfod = false}), one_by_one({.debuginfod = false});
  at_once.prefetch(lookups);
  for (const auto& [module, address, is_return] : lookups)
    ASSERT_EQ(names(at_once.frames(module, address, is_return)),
              names(one_by_one.frames(module, address, is_return)));
}

}  // namespace
}  // namespace thrace

// Names of both languages, and names that would never end.
#include "decoder/symbols/demangle.h"

#include <gtest/gtest.h>

#include "decoder/symbols/string_pool.h"

namespace thrace {
namespace {

struct Name {
  const char* mangled;
  const char* readable;
};

TEST(Demangle, KeepsTemplatesAndDropsParameters) {
  const Name names[] = {
      {"_ZN5QueueIiE3popEv", "Queue<int>::pop"},
      {"_ZNK3FoocvbEv", "Foo::operator bool"},
      {"_ZZ4mainENKUliE_clEi", "main::{lambda(int)#1}::operator()"},
      {"_ZN12_GLOBAL__N_11fEv", "(anonymous namespace)::f"},
      {"_Z3fooi.part.0", "foo"},
      {"_ZTV3Foo", "vtable for Foo"},
      {"_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE", "core::fmt::Write::write_fmt"},
      {"_RNvNtCs4fqI2P2rA04_5crate6module4call", "crate::module::call"},
  };
  for (const Name& name : names) EXPECT_EQ(demangle(name.mangled), name.readable);
}

TEST(Demangle, LeavesOtherNamesAlone) {
  for (const char* name : {"", "main", "_Z", "_R", "_ZN3Foo", "__Z3foov", "_ZN9999foo"})
    EXPECT_EQ(demangle(name), name);
}

TEST(Demangle, ANameThatDoublesForeverIsLeftAlone) {
  // pair<pair<pair<...>>>: each level names the one before twice.
  std::string name = "_Z1fI1PIiiE";
  const char* digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int i = 0; i < 36; i++)
    name += std::string("S_1PIS") + (i == 0 ? "" : std::string(1, digits[i - 1])) + "_S_E";
  name += "Evv";
  const std::string text = demangle(name);
  EXPECT_LE(text.size(), std::max(name.size(), kMaxName));
  const std::string deep = "_Z1f" + std::string(4000, 'P') + "i";
  EXPECT_LE(demangle(deep).size(), kMaxName);
}

TEST(Demangle, ALongNameIsReadUpToTheLimit) {
  const std::string part = "19abcdefghijklmnopqrs";  // 19 letters
  std::string name = "_ZN";
  for (int i = 0; i < 100; i++) name += part;
  EXPECT_TRUE(demangle(name + "Ev").starts_with("abcdefghijklmnopqrs::"));
  const std::string huge = "_Z5000" + std::string(5000, 'x') + "v";
  EXPECT_EQ(demangle(huge), huge);
}

}  // namespace
}  // namespace thrace

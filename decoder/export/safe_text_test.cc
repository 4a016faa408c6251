// Names that a hostile program chose, as they go to the tools of others.
#include "decoder/export/safe_text.h"

#include <gtest/gtest.h>

#include "decoder/text/escape.h"

namespace thrace {
namespace {

TEST(SafeText, LeavesOrdinaryNamesAlone) {
  for (const char* name : {"", "drain", "operator\"\"_x", "a\\b", "queue<int>::pop", "größe"})
    EXPECT_EQ(safe_text(name), name);
}

TEST(SafeText, ShowsWhatIsNoTextAsEscapes) {
  EXPECT_EQ(safe_text("a\x1b[31m\n\x7f"), "a\\x1b[31m\\n\\x7f");
  EXPECT_EQ(safe_text(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(safe_text("\xff\xc3"), "\\xff\\xc3");
}

TEST(SafeText, KeepsBothEndsOfALongText) {
  for (const std::string middle : {"x", "ä", "\x01"}) {
    std::string text = "begin";
    while (text.size() < 1 << 20) text += middle;
    text += "end";
    const std::string safe = safe_text(text);
    EXPECT_LE(safe.size(), kMaxExportedText);
    EXPECT_GE(safe.size(), kMaxExportedText - 8);
    EXPECT_TRUE(safe.starts_with("begin")) << safe;
    EXPECT_TRUE(safe.ends_with("end")) << safe;
    EXPECT_NE(safe.find("..."), std::string::npos);
    EXPECT_EQ(printable(safe), safe);  // no character was cut apart
  }
}

}  // namespace
}  // namespace thrace

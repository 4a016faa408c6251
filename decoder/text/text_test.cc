// The text twin: escapes, round trips, errors of hand-written text; and the event table's page.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "decoder/input/reader.h"
#include "decoder/text/assemble.h"
#include "decoder/text/dump.h"
#include "decoder/text/escape.h"
#include "decoder/text/event_list.h"

namespace thrace {
namespace {

std::string dump(const std::string& data) {
  char* text = nullptr;
  size_t size = 0;
  std::FILE* out = open_memstream(&text, &size);
  Problems problems;
  Reader reader(memory_input(data), "test.thr", problems);
  EXPECT_TRUE(reader.open());
  dump_header(reader.header(), out);
  Generation generation;
  while (reader.next(generation)) dump_generation(generation, out);
  if (reader.closed()) dump_index(out);
  std::fclose(out);
  std::string result(text, size);
  free(text);
  return result;
}

std::string error_of(const std::string& text) {
  std::string error;
  EXPECT_EQ(assemble(text, error), "");
  return error;
}

TEST(Escape, EachByteRoundTrips) {
  std::string all;
  for (int c = 0; c < 256; c++) all.push_back(static_cast<char>(c));
  std::string back;
  ASSERT_TRUE(unescape(escape(all), back));
  EXPECT_EQ(back, all);
  for (const char c : escape(all)) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
}

TEST(Escape, KeepsOrdinaryUnicodeOnly) {
  EXPECT_EQ(escape("Grüße 線程"), "Grüße 線程");
  EXPECT_EQ(escape("\xff"), "\\xff");
  EXPECT_EQ(escape("\xe2\x80\xae"), "\\xe2\\x80\\xae");  // right-to-left override
  EXPECT_EQ(escape("\xe2\x80\x8f"), "\\xe2\\x80\\x8f");  // right-to-left mark
  EXPECT_EQ(escape("\xd8\x9c"), "\\xd8\\x9c");           // Arabic letter mark
  EXPECT_EQ(escape("\xc2\x9b"), "\\xc2\\x9b");           // a control character
}

TEST(Escape, RefusesUnknownEscapes) {
  std::string out;
  for (const char* text : {"\\", "\\q", "\\x", "\\x1", "\\xg0"})
    EXPECT_FALSE(unescape(text, out)) << text;
}

// All events with extreme arguments: what is dumped is what was assembled.
TEST(Twin, EachEventRoundTrips) {
  std::string text = "Trace version=1\nHeader \"key \\\"\\n\"=\"value\"\n\nGeneration gen=9\n";
  for (const EventSpec& spec : event_specs()) {
    text += "Batch m=" + std::string(spec.writer == Writer::Guest ? "3" : "0") + " time=18\n";
    for (const bool large : {false, true}) {
      text += std::string(spec.name) + " dt=7";
      for (const ArgSpec& arg : spec.arguments()) {
        text += " " + std::string(arg.name) + "=";
        if (arg.type == ArgType::Bytes)
          text += large ? "\"x\\x00\\\"\"" : "\"\"";
        else if (arg.type == ArgType::Frames)
          text += large ? "0xffffffffffffffff,0x0,0x7" : "\"\"";
        else if (arg.type == ArgType::Int)
          text += large ? "-9223372036854775808" : "0";
        else if (arg.type == ArgType::Time)
          text += large ? "-9223372036854775808" : "+0";
        else if (arg.type == ArgType::Address)
          text += large ? "0xffffffffffffffff" : "0x0";
        else
          text += large ? "18446744073709551615" : "77";
      }
      text += large ? " stack=18446744073709551615\n" : "\n";
    }
  }
  text += "\nIndex\n";
  std::string error;
  const std::string data = assemble(text, error);
  ASSERT_EQ(error, "");
  std::string out = dump(data);
  // Names of strings are comments.
  for (size_t at; (at = out.find("  # ")) != std::string::npos;)
    out.erase(at, out.find('\n', at) - at);
  EXPECT_EQ(out, text);
  EXPECT_EQ(assemble(out, error), data);
}

TEST(Assemble, NamesTheLineOfAnError) {
  EXPECT_EQ(error_of("\nGoBlock\n"), "line 2: an event stands outside of a batch");
  EXPECT_EQ(error_of("Batch m=1 time=1"), "line 1: a batch stands outside of a generation");
  EXPECT_EQ(error_of("Generation"), "line 1: Generation needs gen");
  EXPECT_EQ(error_of("Nonsense"), "line 1: 'Nonsense' is neither an event nor a part of a trace");
  const std::string head = "Generation gen=1\nBatch m=1 time=0\n";
  EXPECT_EQ(error_of(head + "GoStart g=x"), "line 3: g=x is not known");
  EXPECT_EQ(error_of(head + "GoStart h=1"), "line 3: GoStart has no h");
  EXPECT_EQ(error_of(head + "GoBlock reason=love"), "line 3: reason=love is not known");
  EXPECT_EQ(error_of(head + "GoStart g"), "line 3: 'g' has no value");
  EXPECT_EQ(error_of(head + "String text=\"x"), "line 3: a quote is not closed");
  EXPECT_EQ(error_of(head + "String text=\"\\q\""), "line 3: an escape is not known");
}

TEST(FormatPage, ContainsTheEventTable) {
  std::ifstream in(THRACE_FORMAT_PAGE);
  std::stringstream page;
  page << in.rdbuf();
  const std::string begin = "<!-- event table: trace-decode events --format=md -->\n";
  const size_t start = page.str().find(begin);
  const size_t end = page.str().find("<!-- end of the event table -->");
  ASSERT_NE(start, std::string::npos);
  ASSERT_NE(end, std::string::npos);
  EXPECT_EQ(page.str().substr(start + begin.size(), end - start - begin.size()),
            event_list_markdown());
}

// The bytes of the worked example on the page are those of its text.
TEST(FormatPage, WorkedExampleIsReal) {
  std::ifstream in(THRACE_FORMAT_PAGE);
  std::stringstream page;
  page << in.rdbuf();
  const auto block = [&](const std::string& fence) {
    const size_t start = page.str().find(fence) + fence.size();
    return page.str().substr(start, page.str().find("```", start) - start);
  };
  std::string error;
  const std::string data = assemble(block("```thrace-text\n"), error);
  ASSERT_EQ(error, "");
  Problems problems;
  Reader reader(memory_input(data), "example", problems);
  ASSERT_TRUE(reader.open());
  Generation generation;
  ASSERT_TRUE(reader.next(generation));
  std::string expected;
  std::istringstream lines(block("```hex\n"));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream bytes(line.substr(0, line.find('#')));
    for (std::string byte; bytes >> byte;)
      expected.push_back(static_cast<char>(std::stoi(byte, nullptr, 16)));
  }
  EXPECT_EQ(generation.data, expected);
}

}  // namespace
}  // namespace thrace

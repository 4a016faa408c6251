// The rules of the event table, and its look-ups.
#include "core/format/event.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace thrace {
namespace {

TEST(EventTable, NumbersAndNamesAreUniqueAndFound) {
  std::set<uint8_t> numbers;
  std::set<std::string_view> names;
  for (const EventSpec& spec : event_specs()) {
    const auto number = static_cast<uint8_t>(spec.number);
    EXPECT_TRUE(numbers.insert(number).second) << spec.name;
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    EXPECT_EQ(find_event(number), &spec);
    EXPECT_EQ(find_event(spec.name), &spec);
    EXPECT_FALSE(spec.doc.empty()) << spec.name;
  }
}

TEST(EventTable, StackBitIsFree) {
  for (const EventSpec& spec : event_specs())
    EXPECT_LT(static_cast<uint8_t>(spec.number), 0x80) << spec.name << " breaks E4";
}

TEST(EventTable, TextsAreLast) {
  for (const EventSpec& spec : event_specs())
    for (size_t i = 0; i + 1 < spec.nargs; i++) {
      const ArgType type = spec.args[i].type;
      const bool ends = type == ArgType::Bytes || type == ArgType::Frames;
      const bool text_follows = spec.args[i + 1].type == ArgType::String;
      EXPECT_TRUE(!ends && (type != ArgType::String || text_follows)) << spec.name << " breaks E3";
    }
}

TEST(EventTable, FirstArgumentOfTheGuestFitsIntoAHeaderWord) {
  for (const EventSpec& spec : event_specs()) {
    if (spec.writer != Writer::Guest) continue;
    ASSERT_GT(spec.nargs, 0u) << spec.name;
    const ArgType first = spec.args[0].type;
    EXPECT_TRUE(first != ArgType::Address && first != ArgType::Time && first != ArgType::Int &&
                first != ArgType::String)
        << spec.name << " breaks E2";
  }
}

TEST(EventTable, UnknownIsNotFound) {
  EXPECT_EQ(find_event(uint8_t{0}), nullptr);
  EXPECT_EQ(find_event(uint8_t{0xff}), nullptr);
  EXPECT_EQ(find_event("GoTo"), nullptr);
}

TEST(Enumerations, TextAndValueAgree) {
  for (const ArgType type : {ArgType::Status, ArgType::Wait, ArgType::Outcome, ArgType::Wake,
                             ArgType::Stop, ArgType::End, ArgType::StackEnd}) {
    EXPECT_TRUE(is_enum(type));
    std::set<std::string_view> texts;
    for (uint64_t value = 0; value < 256; value++) {
      const std::string_view text = enum_text(type, value);
      if (text.empty()) continue;
      EXPECT_TRUE(texts.insert(text).second) << text;
      EXPECT_EQ(enum_value(type, text), static_cast<int64_t>(value));
    }
    EXPECT_FALSE(texts.empty());
    EXPECT_EQ(enum_value(type, "nonsense"), -1);
  }
  EXPECT_FALSE(is_enum(ArgType::Syscall));
}

}  // namespace
}  // namespace thrace

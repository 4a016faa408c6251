// Names of objects in the tables of later generations and of children.
#include "core/collector/object_names.h"

#include <gmock/gmock.h>

#include <vector>

namespace thrace::collector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> listed(ObjectNames& names, uint32_t gen) {
  std::vector<std::string> all;
  names.list(gen, [&](uint64_t object, uint64_t size, const std::string& name) {
    all.push_back(name + " " + std::to_string(object) + "+" + std::to_string(size));
  });
  return all;
}

TEST(ObjectNames, EachLaterGenerationListsThemOnce) {
  ObjectNames names;
  names.add(100, 40, "queue", 1, 5);
  names.add(200, 1, "lock", 1, 6);
  EXPECT_THAT(listed(names, 1), IsEmpty());  // its record is there
  EXPECT_THAT(listed(names, 2), ElementsAre("queue 100+40", "lock 200+1"));
  EXPECT_THAT(listed(names, 2), IsEmpty());
  EXPECT_THAT(listed(names, 3), ElementsAre("queue 100+40", "lock 200+1"));
}

TEST(ObjectNames, ForgottenOnesAreListedOnceMore) {
  ObjectNames names;
  names.add(100, 40, "queue", 1, 5);
  names.add(100, 1, "", 2, 15);
  EXPECT_THAT(listed(names, 2), ElementsAre("queue 100+40"));  // it had its name when 2 began
  EXPECT_THAT(listed(names, 3), IsEmpty());
  names.add(100, 8, "other", 4, 25);  // the memory is used again
  EXPECT_THAT(listed(names, 5), ElementsAre("other 100+8"));
  names.add(100, 8, "third", 6, 35);  // and again, before the tables of 6 are written
  EXPECT_THAT(listed(names, 6), ElementsAre("other 100+8"));
  EXPECT_THAT(listed(names, 7), ElementsAre("third 100+8"));
}

TEST(ObjectNames, OneThatOverlapsTakesThePlace) {
  ObjectNames names;
  names.add(100, 40, "a", 1, 5);
  names.add(140, 10, "b", 1, 6);
  names.add(160, 10, "c", 1, 7);
  names.add(139, 21, "new", 1, 8);
  EXPECT_THAT(listed(names, 2), ElementsAre("new 139+21", "c 160+10"));
}

// The chunks of threads come in any order, and what is read ahead comes again.
TEST(ObjectNames, TheLatestNameStays) {
  ObjectNames names;
  names.add(100, 40, "second", 1, 9);
  names.add(100, 40, "first", 1, 5);
  names.add(100, 40, "second", 1, 9);
  EXPECT_THAT(listed(names, 2), ElementsAre("second 100+40"));
  names.add(100, 1, "", 2, 20);
  names.add(100, 40, "second", 1, 9);
  EXPECT_THAT(listed(names, 3), IsEmpty());
}

TEST(ObjectNames, AForgetMayComeBeforeItsName) {
  ObjectNames names;
  names.add(104, 1, "", 2, 20);
  names.add(100, 8, "forgotten", 1, 10);
  names.add(104, 1, "", 2, 20);
  EXPECT_THAT(listed(names, 2), ElementsAre("forgotten 100+8"));  // it had its name when 2 began
  EXPECT_THAT(listed(names, 3), IsEmpty());
  names.add(100, 8, "named again", 3, 30);
  EXPECT_THAT(listed(names, 4), ElementsAre("named again 100+8"));
}

TEST(ObjectNames, ANameThatComesLateTakesNoPlace) {
  ObjectNames names;
  names.add(100, 8, "inner", 1, 10);
  names.add(96, 40, "late", 1, 5);
  names.add(200, 8, "first", 1, 5);
  names.add(200, 1, "", 1, 20);
  names.add(200, 8, "second", 1, 10);
  EXPECT_THAT(listed(names, 2), ElementsAre("inner 100+8"));
}

TEST(ObjectNames, OfItsParentsAChildHasNoneThatItForgot) {
  const auto parent = std::make_shared<ObjectNames>();
  ObjectNames child;
  child.inherit(parent, 10, 1);
  child.add(100, 1, "", 1, 12);
  parent->add(100, 8, "late record", 1, 9);
  EXPECT_THAT(listed(child, 1), ElementsAre("late record 100+8"));
  EXPECT_THAT(listed(child, 2), IsEmpty());
}

TEST(ObjectNames, AChildHasThoseOfItsParentAtThatTime) {
  const auto parent = std::make_shared<ObjectNames>();
  ObjectNames child;
  parent->add(100, 8, "before", 1, 5);
  parent->add(200, 8, "gone", 1, 6);
  parent->add(200, 1, "", 1, 7);
  child.inherit(parent, 10, 1);
  child.add(300, 8, "own", 1, 12);
  parent->add(400, 8, "late record", 1, 9);
  parent->add(500, 8, "after", 1, 11);
  parent->add(100, 8, "not for the child", 1, 13);
  EXPECT_THAT(listed(child, 1), ElementsAre("before 100+8", "late record 400+8"));
  EXPECT_THAT(listed(child, 2), ElementsAre("before 100+8", "own 300+8", "late record 400+8"));
}

// The first end counts: what came after it was another object's.
TEST(ObjectNames, ANameThatComesLateEndsWithTheFirstThatTookItsPlace) {
  ObjectNames names;
  names.add(96, 40, "other", 3, 30);
  names.add(100, 1, "", 2, 20);
  names.add(100, 8, "late", 1, 10);
  EXPECT_THAT(listed(names, 2), ElementsAre("late 100+8"));
  EXPECT_THAT(listed(names, 3), IsEmpty());
  EXPECT_THAT(listed(names, 4), ElementsAre("other 96+40"));
}

// What is read ahead comes again, and a program may forget what never had a name.
TEST(ObjectNames, ForgetsTakeNoRoomOfNames) {
  for (const bool of_names : {true, false}) {
    ObjectNames names;
    names.add(8, 8, "real", 1, 5);
    const uint64_t count = of_names ? 2100 : ObjectNames::kMost;
    for (uint64_t time = 0; time < count; time++) {
      if (of_names) names.add(16 + time * 16, 8, "short", 2, 10 + time);
      for (int read = 0; read < 2; read++) names.add(20 + time * 16, 1, "", 2, 10'000 + time);
    }
    names.add(8, 1, "", 2, 100'000);
    EXPECT_THAT(listed(names, 2), ElementsAre("real 8+8")) << of_names;
    EXPECT_THAT(listed(names, 3), IsEmpty());
  }
}

// Nor the room of other forgets, if they have ended a name.
TEST(ObjectNames, AForgetThatComesAgainIsNotKept) {
  ObjectNames names;
  for (uint64_t i = 0; i < ObjectNames::kMost; i++) names.add(16 + i * 16, 8, "short", 1, 10 + i);
  for (int read = 0; read < 2; read++)
    for (uint64_t i = 0; i < ObjectNames::kMost; i++) names.add(20 + i * 16, 1, "", 1, 10'000 + i);
  names.add(8, 1, "", 1, 30'000);
  names.add(8, 8, "late", 1, 5);
  EXPECT_THAT(listed(names, 2), IsEmpty());
}

TEST(ObjectNames, ThereIsABound) {
  ObjectNames names;
  for (uint64_t i = 0; i < ObjectNames::kMost + 10; i++) names.add(i * 16, 8, "x", 1, i + 1);
  EXPECT_EQ(listed(names, 2).size(), ObjectNames::kMost);
}

}  // namespace
}  // namespace thrace::collector

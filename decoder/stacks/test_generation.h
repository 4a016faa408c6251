// For tests: a generation out of its text.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "decoder/input/reader.h"
#include "decoder/text/assemble.h"

namespace thrace {

// A generation whose batches are given as for assemble(), and all its events of the guest.
class TestGeneration {
 public:
  explicit TestGeneration(const std::string& tables, const std::string& batches = "",
                          uint64_t wall = 0) {
    std::string error;
    std::string data =
        assemble("Generation gen=1\nBatch m=0 time=0\nClockSnapshot frequency=1000000000 wall=" +
                     std::to_string(wall) + "\n" + tables + "\n" + batches +
                     "\nBatch m=0 time=9000\nEndOfGeneration reason=exit\nIndex\n",
                 error);
    EXPECT_EQ(error, "");
    Reader reader(memory_input(std::move(data)), "test", problems_);
    EXPECT_TRUE(reader.open());
    EXPECT_TRUE(reader.next(generation_));
    EXPECT_TRUE(problems_.empty());
    EventView event;
    for (const ThreadBatches& thread : generation_.threads)
      for (const PlacedBatch& placed : thread.batches)
        for (BatchCursor cursor(placed.batch); cursor.next(event) == BatchCursor::Step::Event;)
          events_.push_back(event);
  }

  const Generation& operator*() const { return generation_; }
  const EventView& event(size_t index) const { return events_.at(index); }

 private:
  Problems problems_;
  Generation generation_;
  std::vector<EventView> events_;
};

}  // namespace thrace

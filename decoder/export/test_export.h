// For tests of exporters: a file with a trace, and what was written into a stream.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "decoder/text/assemble.h"

namespace thrace {

// A trace that is assembled of text, as a file that goes with this object.
class TestTrace {
 public:
  explicit TestTrace(const std::string& text) {
    std::string error;
    const std::string data = assemble(text, error);
    EXPECT_EQ(error, "");
    const int fd = mkstemp(path_);
    EXPECT_GE(fd, 0);
    EXPECT_EQ(write(fd, data.data(), data.size()), static_cast<ssize_t>(data.size()));
    close(fd);
  }
  TestTrace(const TestTrace&) = delete;
  TestTrace& operator=(const TestTrace&) = delete;
  ~TestTrace() { unlink(path_); }

  const char* path() const { return path_; }

 private:
  char path_[32] = "/tmp/thrace-export-XXXXXX";
};

// What `write(FILE*)` writes.
template <typename Write>
std::string written(Write write) {
  char* text = nullptr;
  size_t size = 0;
  std::FILE* out = open_memstream(&text, &size);
  write(out);
  std::fclose(out);
  std::string result(text, size);
  free(text);
  return result;
}

// The batches of a trace of one generation, with the tables in front.
inline std::string one_generation(const std::string& tables, const std::string& batches) {
  return "Trace version=2\nHeader \"program\"=\"demo\" \"pid\"=\"7\"\nGeneration gen=1\n"
         "Batch m=0 time=0\nClockSnapshot frequency=1000000000 mono=1000 wall=5000000\n" +
         tables + batches + "Batch m=0 time=9000\nEndOfGeneration reason=exit\nIndex\n";
}

// Two threads, one of them waits for the other; all names are hostile.
inline std::string hostile_trace() {
  const std::string name = "w\\x1b]0;\\x07\\n\\\"</script>\\xff";
  return one_generation(
      "String id=1 text=\"" + name + "\"\nString id=2 text=\"/nowhere/" + name +
          "\"\nString id=3 text=\"" + std::string(4000, 'x') +
          "\"\nThread m=1 tid=7 name=1\nThread m=2 tid=8 name=3\n"
          "Module id=1 bias=0x400000 start=0x400000 end=0x500000 build=1 path=2\n"
          "Stack id=1 end=bottom frames=0x401110,0x401220\n",
      "Batch m=1 time=10\nGoStatus dt=0 g=1 status=running since=-5\n"
      "Wake dt=100 how=unlock object=0x404010 seq=1 waiters=1\nWakeStack dt=10 seq=1 stack=1\n"
      "Batch m=2 time=20\nGoStatus dt=0 g=2 status=running since=-5\n"
      "GoBlock dt=10 reason=mutex object=0x404010 owner=7 stack=1\nGoUnblock dt=90 waker=1 "
      "seq=1\n");
}

}  // namespace thrace

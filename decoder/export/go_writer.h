// The wire format of `go 1.23 trace`: tables, batches, varints.  What the events mean is
// go_export's.
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace thrace {

// The events of the Go format that the export uses, with their numbers there.
enum class GoEvent : uint8_t {
  None = 0,  // a place that was kept free
  ProcStart = 10,
  ProcStop = 11,
  ProcStatus = 13,
  GoCreate = 14,
  GoCreateSyscall = 15,
  GoStart = 16,
  GoDestroy = 17,
  GoDestroySyscall = 18,
  GoStop = 19,
  GoBlock = 20,
  GoUnblock = 21,
  GoSyscallBegin = 22,
  GoSyscallEnd = 23,
  GoSyscallEndBlocked = 24,
  GoStatus = 25,
  GoLabel = 39,
};

// A frame as Go has it.
struct GoFrame {
  std::string function;
  std::string file = {};  // empty: not known
  uint32_t line = 0;

  auto operator<=>(const GoFrame&) const = default;
};

// The strings and stacks of one generation.  Ids count from 1; 0 is the empty one.
class GoTables {
 public:
  uint64_t string(const std::string& text);
  // A stack, the innermost frame first; what is beyond Go's limit is left out.
  uint64_t stack(const std::vector<GoFrame>& frames);
  void clear();

 private:
  friend class GoWriter;
  uint64_t frame(const GoFrame& frame);  // its made-up program counter

  std::map<std::string, uint64_t> strings_;
  std::map<GoFrame, uint64_t> frames_;                // one counter is one frame
  std::map<std::vector<uint64_t>, uint64_t> stacks_;  // by counters
};

// Writes batches to a file.
class GoWriter {
 public:
  explicit GoWriter(std::FILE* out) : out_(out) {}

  void header();
  // Frequency, strings and stacks of a generation that starts at `time` (ns).
  void tables(uint64_t generation, uint64_t time, const GoTables& tables);

  // Begins the events of a thread (the Go format's M).
  void begin(uint64_t generation, uint64_t thread);
  void event(uint64_t time, GoEvent event, const uint64_t* args, size_t count);
  void end() { flush(); }

  bool failed() const { return failed_; }

 private:
  void flush();
  void room(uint64_t time, uint8_t kind, size_t size);
  void write(const std::string& bytes);

  std::FILE* out_;
  std::string body_;
  uint64_t generation_ = 0;
  uint64_t thread_ = 0;
  uint64_t start_ = 0;
  uint64_t time_ = 0;
  bool failed_ = false;
};

}  // namespace thrace

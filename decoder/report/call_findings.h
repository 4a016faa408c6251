// What a verdict says of system calls: which took longest, who is stuck in one, who only waits in
// them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decoder/report/analysis.h"
#include "decoder/stacks/names.h"

namespace thrace {

// What the length of a call tells about.
enum class CallNature {
  Work,   // the program, and what it asks of the kernel
  Sleep,  // what the program asked for
  Wait,   // the load: until events, children or data of others come
};

// `kind`: of the call's descriptor, as descriptor_kind() has it.
CallNature nature_of(uint64_t call, std::string_view kind);

// A system call that a thread was in when it or its trace ended.
struct OpenCall {
  uint32_t thread = 0;  // index of the ThreadRow
  uint64_t number = 0;
  std::string_view kind;  // of its descriptor
  int64_t since = 0;
  int64_t until = 0;

  uint64_t time() const { return Window().clipped(since, until); }
};

// "fdatasync (file)"
std::string call_title(uint64_t number, std::string_view kind);

class CallFindings : public Observer {
 public:
  void call(const EndedCall& call) override;

  // "server/7 spent 1.9 s (25 % of its time) in 1602 fdatasync (file) calls, mostly at append
  // (log.c:7)."  Not escaped.  Empty: no call took a tenth of the time that is looked at.
  std::string worst(const Analysis& analysis, Names& names) const;

  // The call that a thread was in at the end; nullptr: none.
  const OpenCall* open_of(uint32_t thread) const;
  const std::vector<OpenCall>& open() const { return open_; }

  // ns that a thread waited or slept in calls.
  uint64_t waited(uint32_t thread) const { return time_of(thread, CallNature::Wait); }
  uint64_t slept(uint32_t thread) const { return time_of(thread, CallNature::Sleep); }

 private:
  uint64_t time_of(uint32_t thread, CallNature nature) const;

  // Of calls that are work, by number and kind of descriptor: by thread and stack (0: it was
  // quick).
  std::map<std::pair<uint64_t, std::string_view>, Costs<2>> sums_;
  std::map<std::pair<uint32_t, CallNature>, uint64_t> others_;  // ns of the other calls, by thread
  std::vector<OpenCall> open_;
};

}  // namespace thrace

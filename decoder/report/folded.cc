// Folding.
#include "decoder/report/folded.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "decoder/text/escape.h"

namespace thrace {
namespace {

// A word between two `;`.
std::string word(std::string_view text) {
  std::string clean = printable(text);
  std::replace(clean.begin(), clean.end(), ';', ',');
  return clean;
}

constexpr FoldedWhat kWhats[] = {
    {"blocked", FoldedKind::Blocked, "ns of waiting"},
    {"wake", FoldedKind::Wake, "the number of wakes"},
    {"offwake", FoldedKind::OffWake,
     "ns of waiting; behind `--`, upside down, the stack of whoever ended it"},
    {"syscall", FoldedKind::Syscall, "ns in system calls that blocked"},
    {"caused", FoldedKind::Caused,
     "ns that others waited for what a thread held, with the stack of its release"},
};

FoldedFrame thread_frame(const ThreadRow& row) {
  if (!row.group.empty()) return {row.group, {}};
  return {row.name.empty() ? fmt::format("tid {}", row.tid) : row.name, {}};
}

// The frames of a stack, the innermost first; a stack that was cut says so in place of its root.
std::vector<FoldedFrame> stack_frames(const Analysis& analysis, StackId stack, Names& names) {
  if (stack == 0) return {{"[no stack]", {}}};
  std::vector<FoldedFrame> frames;
  for (const Frame& frame : names.frames(stack))
    frames.push_back({std::string(frame.function), std::string(frame.file)});
  const StackEnd end = (*analysis.stacks)[stack].end;
  if (end != StackEnd::Bottom)
    frames.push_back(
        {fmt::format("[{}]", enum_text(ArgType::StackEnd, static_cast<uint64_t>(end))), {}});
  return frames;
}

}  // namespace

std::span<const FoldedWhat> folded_whats() { return kWhats; }

const FoldedWhat* find_folded_what(std::string_view name) {
  const auto* what = std::find_if(std::begin(kWhats), std::end(kWhats),
                                  [&](const FoldedWhat& w) { return w.name == name; });
  return what == std::end(kWhats) ? nullptr : what;
}

void Folded::wait(const EndedWait& wait) {
  if (kind_ == FoldedKind::Blocked) costs_[{wait.thread, wait.stack, 0, kNobody}].add(wait.time);
  if (kind_ == FoldedKind::OffWake)
    costs_[{wait.thread, wait.stack, wait.release, wait.waker}].add(wait.time);
}

void Folded::call(const EndedCall& call) {
  if (kind_ == FoldedKind::Syscall && (call.blocked || call.open))
    costs_[{call.thread, call.stack, 0, kNobody}].add(call.time);
}

void Folded::wake(const EndedWake& wake) {
  if (kind_ == FoldedKind::Wake) costs_[{wake.thread, wake.stack, 0, kNobody}].add(1);
}

void Folded::released(const EndedWake& wake) {
  if (kind_ == FoldedKind::Caused && wake.picked)
    costs_[{wake.thread, wake.stack, 0, kNobody}].add(wake.caused());
}

void Folded::each(const Analysis& analysis, Names& names,
                  const std::function<void(const FoldedStack&)>& visit) const {
  names.prefetch();
  for (const auto& [key, cost] : costs_.rows()) {
    if (cost.total == 0) continue;
    const auto [thread, stack, release, waker] = key;
    FoldedStack folded{thread, {thread_frame(analysis.threads[thread])}, cost.total};
    std::vector<FoldedFrame>& frames = folded.frames;
    const auto inner = stack_frames(analysis, stack, names);
    frames.insert(frames.end(), inner.rbegin(), inner.rend());
    if (kind_ == FoldedKind::OffWake) {
      frames.push_back({"--", {}});
      if (waker == kNobody) {
        frames.push_back({"[not woken]", {}});
      } else {
        const auto outer = stack_frames(analysis, release, names);
        frames.insert(frames.end(), outer.begin(), outer.end());
        frames.push_back(thread_frame(analysis.threads[waker]));
      }
    }
    visit(folded);
  }
  if (costs_.beyond().total != 0) visit({kNobody, {{kOther, {}}}, costs_.beyond().total});
}

void Folded::print(const Analysis& analysis, Names& names, std::FILE* out) const {
  std::map<std::string, uint64_t> lines;
  each(analysis, names, [&](const FoldedStack& folded) {
    std::string line;
    for (const FoldedFrame& frame : folded.frames)
      line += (line.empty() ? "" : ";") + word(frame.name);
    lines[line] += folded.value;
  });
  for (const auto& [line, value] : lines) fmt::print(out, "{} {}\n", line, value);
}

}  // namespace thrace

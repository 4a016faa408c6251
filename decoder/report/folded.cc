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

std::string thread_word(const ThreadRow& row) {
  if (!row.group.empty()) return word(row.group);
  return row.name.empty() ? fmt::format("tid {}", row.tid) : word(row.name);
}

// The words of a stack, the innermost first; a stack that was cut says so in place of its root.
std::vector<std::string> stack_words(const Analysis& analysis, StackId stack, Names& names) {
  if (stack == 0) return {"[no stack]"};
  std::vector<std::string> words;
  for (const Frame& frame : names.frames(stack)) words.push_back(word(frame.function));
  const StackEnd end = (*analysis.stacks)[stack].end;
  if (end != StackEnd::Bottom)
    words.push_back(fmt::format("[{}]", enum_text(ArgType::StackEnd, static_cast<uint64_t>(end))));
  return words;
}

}  // namespace

void Folded::wait(const EndedWait& wait) {
  if (kind_ == FoldedKind::Blocked) costs_[{wait.thread, wait.stack, 0, kNobody}].add(wait.time);
  if (kind_ == FoldedKind::OffWake)
    costs_[{wait.thread, wait.stack, wait.release, wait.waker}].add(wait.time);
}

void Folded::call(const EndedCall& call) {
  if (kind_ == FoldedKind::Syscall && call.blocked)
    costs_[{call.thread, call.stack, 0, kNobody}].add(call.time);
}

void Folded::wake(const EndedWake& wake) {
  if (kind_ == FoldedKind::Wake) costs_[{wake.thread, wake.stack, 0, kNobody}].add(1);
  if (kind_ == FoldedKind::Caused) costs_[{wake.thread, wake.stack, 0, kNobody}].add(wake.caused());
}

void Folded::print(const Analysis& analysis, Names& names, std::FILE* out) const {
  names.prefetch();
  std::map<std::string, uint64_t> lines;
  for (const auto& [key, cost] : costs_.rows()) {
    const auto [thread, stack, release, waker] = key;
    std::string line = thread_word(analysis.threads[thread]);
    const auto words = stack_words(analysis, stack, names);
    for (auto at = words.rbegin(); at != words.rend(); ++at) line += ";" + *at;
    if (kind_ == FoldedKind::OffWake) {
      line += ";--";
      if (waker == kNobody) {
        line += ";[not woken]";
      } else {
        for (const std::string& frame : stack_words(analysis, release, names)) line += ";" + frame;
        line += ";" + thread_word(analysis.threads[waker]);
      }
    }
    lines[line] += cost.total;
  }
  for (const auto& [line, value] : lines)
    if (value != 0) fmt::print(out, "{} {}\n", line, value);
}

}  // namespace thrace

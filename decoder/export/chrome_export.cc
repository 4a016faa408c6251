// Writing the events.
#include "decoder/export/chrome_export.h"

#include <fmt/core.h>

#include "decoder/export/safe_text.h"
#include "decoder/export/slice_text.h"

namespace thrace {
namespace {

// A harmless text as JSON has it, also inside of a page.
std::string json(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '<')
      out += "\\u003c";
    else if (c == '"' || c == '\\')
      out += {'\\', c};
    else
      out += c;
  }
  return out + '"';
}

// Nanoseconds as microseconds.
std::string micros(int64_t ns) {
  const uint64_t size = ns < 0 ? 0 - static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
  return fmt::format("{}{}.{:03}", ns < 0 ? "-" : "", size / 1000, size % 1000);
}

std::string duration(int64_t since, int64_t until) {
  return fmt::format(R"(,"dur":{})", micros(static_cast<int64_t>(static_cast<uint64_t>(until) -
                                                                 static_cast<uint64_t>(since))));
}

const char* category(Status status) {
  switch (status) {
    case Status::Waiting:
      return "wait";
    case Status::Syscall:
      return "syscall";
    case Status::None:
      return "lost";
    default:
      return "state";
  }
}

}  // namespace

ChromeExport::ChromeExport(const StackTable&, Names& names, std::FILE* out)
    : names_(names), out_(out) {
  write(R"({"displayTimeUnit":"ns","traceEvents":[)");
}

void ChromeExport::write(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), out_);  // finish() asks for errors
}

void ChromeExport::add(const std::string& event) {
  write(any_ ? ",\n" : "\n");
  write(event);
  any_ = true;
}

void ChromeExport::add(const char* phase, const char* category, std::string_view name,
                       const Track& track, int64_t time, const std::string& more) {
  add(fmt::format(R"({{"ph":"{}","cat":"{}","name":{},"pid":{},"tid":{},"ts":{}{}}})", phase,
                  category, json(name), track.process->pid, track.tid, micros(time), more));
}

void ChromeExport::process(const Process& process) {
  lost_ = 0;
  add(fmt::format(
      R"({{"ph":"M","cat":"meta","name":"process_name","pid":{},"ts":0,"args":{{"name":{}}}}})",
      process.pid, json(safe_text(process.name))));
}

void ChromeExport::track(const Track& track) {
  add("M", "meta", "thread_name", track, 0,
      fmt::format(R"(,"args":{{"name":{}}})", json(track_text(track, names_))));
  add("M", "meta", "thread_sort_index", track, 0,
      fmt::format(R"(,"args":{{"sort_index":{}}})", track.number));
}

void ChromeExport::slice(const Slice& slice) {
  std::string args;
  const auto arg = [&](const char* name, const std::string& value) {
    args += fmt::format(R"({}"{}":{})", args.empty() ? "" : ",", name, value);
  };
  if (slice.status == Status::Waiting) {
    arg("kind", json(enum_text(ArgType::Wait, slice.detail)));
    arg("object", json(object_text(slice, names_)));
    arg("address", json(fmt::format("{:#x}", slice.object)));
    if (slice.owner != 0) arg("owner", fmt::format("{}", slice.owner));
    if (!slice.open)
      arg("outcome", json(enum_text(ArgType::Outcome, static_cast<uint64_t>(slice.outcome))));
  }
  if (slice.stack != 0) arg("site", json(safe_text(names_.site(slice.stack))));
  if (slice.open) arg("open", "true");
  add("X", category(slice.status), slice_text(slice, names_), *slice.track, slice.since,
      fmt::format(R"({},"args":{{{}}})", duration(slice.since, slice.until), args));
}

void ChromeExport::edge(const WakeEdge& edge) {
  const std::string id = fmt::format(R"(,"id":{})", edge.number);
  const std::string instant =
      fmt::format(R"(,"dur":0.000,"args":{{"how":{}}})", json(wake_text(edge)));
  const std::string waker = track_title(*edge.waker, names_);
  const std::string woken = track_title(*edge.woken, names_);
  add("X", "wake", "wakes " + woken, *edge.waker, edge.woke, instant);
  add("s", "wake", "wake", *edge.waker, edge.woke, id);
  add("X", "wake", "woken by " + waker, *edge.woken, edge.ran, instant);
  add("f", "wake", "wake", *edge.woken, edge.ran, id + R"(,"bp":"e")");
}

void ChromeExport::counts(const Process& process, const Counts& counts) {
  const std::string front = fmt::format(R"({{"ph":"C","cat":"count","pid":{},"ts":{},"name":)",
                                        process.pid, micros(counts.time));
  add(front + fmt::format(R"("threads","args":{{"running":{},"blocked":{}}}}})", counts.running,
                          counts.waiting));
  if (counts.lost == lost_) return;
  lost_ = counts.lost;
  add(front + fmt::format(R"("lost events","args":{{"lost":{}}}}})", counts.lost));
}

bool ChromeExport::finish() {
  write("\n]}\n");
  return !std::ferror(out_);
}

}  // namespace thrace

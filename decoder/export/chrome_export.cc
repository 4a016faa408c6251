// Writing the events.
#include "decoder/export/chrome_export.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include "decoder/export/safe_text.h"
#include "decoder/export/slice_text.h"

namespace thrace {
namespace {

constexpr size_t kFull = 1 << 16;  // bytes that are kept before they are written

// A harmless text as it stands in JSON between quotation marks, also inside of a page.
std::string json(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "\\u003c";
    else if (c == '"' || c == '\\')
      out += {'\\', c};
    else
      out += c;
  }
  return out;
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

// What is written with fmt goes to the end of the bytes that are kept.
template <typename Form, typename... Args>
void ChromeExport::put(const Form& form, const Args&... args) {
  fmt::format_to(fmt::appender(bytes_), form, args...);
}

ChromeExport::ChromeExport(const StackTable&, Names& names, std::FILE* out)
    : names_(names), out_(out) {
  put(FMT_COMPILE("{}"), R"({"displayTimeUnit":"ns","traceEvents":[)");
}

void ChromeExport::flush() {
  std::fwrite(bytes_.data(), 1, bytes_.size(), out_);  // finish() asks for errors
  bytes_.clear();
}

void ChromeExport::next() {
  if (bytes_.size() > kFull) flush();
  put(FMT_COMPILE("{}"), any_ ? ",\n" : "\n");
  any_ = true;
}

void ChromeExport::put_micros(int64_t ns) {
  const uint64_t size = ns < 0 ? 0 - static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
  put(FMT_COMPILE("{}{}.{:03}"), ns < 0 ? "-" : "", size / 1000, size % 1000);
}

void ChromeExport::begin(const char* phase, const char* category, std::string_view name,
                         const Track& track, int64_t time) {
  next();
  put(FMT_COMPILE(R"({{"ph":"{}","cat":"{}","name":"{}","pid":{},"tid":{},"ts":)"), phase, category,
      name, track.process->pid, track.tid);
  put_micros(time);
}

void ChromeExport::process(const Process& process) {
  lost_ = 0;
  next();
  put(FMT_COMPILE(
          R"({{"ph":"M","cat":"meta","name":"process_name","pid":{},"ts":0,"args":{{"name":"{}"}}}})"),
      process.pid, json(safe_text(process.name)));
}

void ChromeExport::track(const Track& track) {
  if (titles_.size() <= track.number) titles_.resize(track.number + 1);
  titles_[track.number] = json(track_title(track, names_));
  begin("M", "meta", "thread_name", track, 0);
  put(FMT_COMPILE(R"(,"args":{{"name":"{}"}}}})"), json(track_text(track, names_)));
  begin("M", "meta", "thread_sort_index", track, 0);
  put(FMT_COMPILE(R"(,"args":{{"sort_index":{}}}}})"), track.number);
}

const std::string& ChromeExport::object(const Slice& wait) {
  std::string& text = objects_[{wait.module, wait.object}];
  if (text.empty()) text = json(object_text(wait, names_));
  return text;
}

const std::string& ChromeExport::site(StackId stack) {
  if (sites_.size() <= stack) sites_.resize(stack + 1);
  std::string& text = sites_[stack];
  if (text.empty()) text = json(safe_text(names_.site(stack)));
  return text;
}

void ChromeExport::slice(const Slice& slice) {
  const bool waiting = slice.status == Status::Waiting;
  std::string name(waiting ? enum_text(ArgType::Wait, slice.detail) : slice_text(slice, names_));
  if (waiting) name.append(" ").append(object(slice));
  begin("X", category(slice.status), name, *slice.track, slice.since);
  put(FMT_COMPILE(R"(,"dur":)"));
  put_micros(static_cast<int64_t>(static_cast<uint64_t>(slice.until) -
                                  static_cast<uint64_t>(slice.since)));
  put(FMT_COMPILE(R"(,"args":{{)"));
  const char* comma = "";
  const auto arg = [&](const auto& form, const auto& value) {
    put(FMT_COMPILE("{}"), comma);
    put(form, value);
    comma = ",";
  };
  if (waiting) {
    arg(FMT_COMPILE(R"("kind":"{}")"), enum_text(ArgType::Wait, slice.detail));
    arg(FMT_COMPILE(R"("object":"{}")"), object(slice));
    arg(FMT_COMPILE(R"("address":"{:#x}")"), slice.object);
    if (slice.owner != 0) arg(FMT_COMPILE(R"("owner":{})"), slice.owner);
    if (slice.ended)
      arg(FMT_COMPILE(R"("outcome":"{}")"),
          enum_text(ArgType::Outcome, static_cast<uint64_t>(slice.outcome)));
  }
  if (slice.status == Status::Syscall) arg(FMT_COMPILE(R"("number":{})"), slice.detail);
  if (slice.stack != 0) arg(FMT_COMPILE(R"("site":"{}")"), site(slice.stack));
  if (slice.open) arg(FMT_COMPILE(R"("open":{})"), "true");
  put(FMT_COMPILE("}}}}"));
}

// One end of a flow, and the slice of no length that it is bound to.
void ChromeExport::instant(const char* phase, std::string_view name, const Track& track,
                           int64_t time, const WakeEdge& edge, std::string_view more) {
  begin("X", "wake", name, track, time);
  put(FMT_COMPILE(R"(,"dur":0.000,"args":{{"how":"{}")"), wake_text(edge));
  if (edge.release != 0) put(FMT_COMPILE(R"(,"site":"{}")"), site(edge.release));
  put(FMT_COMPILE("}}}}"));
  begin(phase, "wake", "wake", track, time);
  put(FMT_COMPILE(R"(,"id":{}{}}})"), edge.number, more);
}

void ChromeExport::edge(const WakeEdge& edge) {
  const Track& woken = *edge.wait.track;
  instant("s", "wakes " + titles_[woken.number], *edge.waker, edge.begins(), edge, "");
  instant("f", "woken by " + titles_[edge.waker->number], woken, edge.wait.until, edge,
          R"(,"bp":"e")");
}

void ChromeExport::put_count(const Process& process, int64_t time) {
  next();
  put(FMT_COMPILE(R"({{"ph":"C","cat":"count","pid":{},"ts":)"), process.pid);
  put_micros(time);
}

void ChromeExport::counts(const Process& process, const Counts& counts) {
  put_count(process, counts.time);
  put(FMT_COMPILE(R"(,"name":"threads","args":{{"running":{},"blocked":{}}}}})"), counts.running,
      counts.waiting);
  if (counts.lost == lost_) return;
  lost_ = counts.lost;
  put_count(process, counts.time);
  put(FMT_COMPILE(R"(,"name":"lost events","args":{{"lost":{}}}}})"), counts.lost);
}

bool ChromeExport::finish() {
  put(FMT_COMPILE("{}"), "\n]}\n");
  flush();
  return !std::ferror(out_);
}

}  // namespace thrace

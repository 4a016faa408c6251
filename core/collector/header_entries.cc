// Filling in the header of a trace file.
#include "core/collector/header_entries.h"

#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

namespace thrace::collector {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// As in C, so that each argument is one word without blanks or line ends.
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\' || c == ' ' || c == '"') {
      if (c == ' ') {
        out += "\\x20";
      } else {
        out.push_back('\\');
        out.push_back(c);
      }
    } else if (byte >= ' ' && byte != 0x7f) {
      out.push_back(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02x", byte);
      out += escape;
    }
  }
}

// The arguments, each escaped, with blanks between.  The field has a NUL after each.
template <size_t N>
std::string arguments_text(const char (&field)[N]) {
  std::string out;
  std::string_view rest(field, N);
  while (!rest.empty()) {
    const size_t end = rest.find('\0');
    const std::string_view word = rest.substr(0, end);
    if (word.empty() && rest.find_first_not_of('\0') == std::string_view::npos) break;
    if (!out.empty()) out.push_back(' ');
    if (word.empty()) out += "\"\"";
    append_escaped(out, word);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return out;
}

std::string utc(uint64_t wall) {
  const auto seconds = static_cast<time_t>(wall / kSecond);
  tm parts{};
  gmtime_r(&seconds, &parts);
  char date[32], text[64];
  strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text, sizeof text, "%s.%09uZ", date, static_cast<unsigned>(wall % kSecond));
  return text;
}

uint64_t claimed_wall(const ArenaHeader& arena, const Process& process) {
  if (!arena.frequency || process.claimed < arena.start_ticks) return arena.start_wall;
  const auto ticks = static_cast<__int128>(process.claimed - arena.start_ticks);
  return arena.start_wall + static_cast<uint64_t>(ticks * kSecond / arena.frequency);
}

}  // namespace

FileHeader describe(const ArenaHeader& arena, const Process& process) {
  utsname system{};
  uname(&system);
  FileHeader header;
  header.set("program", field_text(process.program));
  header.set("exe", field_text(process.executable));
  header.set("arguments", arguments_text(process.arguments));
  header.set("pid", std::to_string(process.pid()));
  header.set("ppid", std::to_string(process.ppid));
  header.set("image", std::to_string(process.image));
  header.set("clock", arena.clock == ClockKind::Tsc ? "tsc" : "mono");
  header.set("cpus", std::to_string(sysconf(_SC_NPROCESSORS_ONLN)));
  header.set("host", system.nodename);
  header.set("kernel", std::string(system.sysname) + " " + system.release + " " + system.machine);
  header.set("wall", utc(claimed_wall(arena, process)));
  header.set("thrace", THRACE_VERSION);
  const std::string options = field_text(arena.options);
  for (std::string_view rest = options; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() == rest.size() ? rest.size() : line.size() + 1);
    const size_t equals = line.find('=');
    if (equals != std::string_view::npos)
      header.set("option." + std::string(line.substr(0, equals)), line.substr(equals + 1));
  }
  return header;
}

}  // namespace thrace::collector

// Filling in the template of file names.
#include "core/collector/file_name.h"

#include <time.h>

namespace thrace::collector {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// A program's name is input: it must not lead elsewhere.
std::string harmless(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c == '/' || static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '_';
  return result;
}

std::string local_time(uint64_t wall) {
  const auto seconds = static_cast<time_t>(wall / kSecond);
  tm parts{};
  localtime_r(&seconds, &parts);
  char text[32];
  return {text, strftime(text, sizeof text, "%Y%m%d-%H%M%S", &parts)};
}

}  // namespace

std::string file_name(std::string_view pattern, const FileOwner& owner, std::string_view host,
                      uint64_t start_wall) {
  std::string name;
  bool has_pid = false;
  for (size_t i = 0; i < pattern.size(); i++) {
    const char key = pattern[i] == '%' && i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    switch (key) {
      case 'e':
        name += harmless(owner.program);
        break;
      case 'p':
        name += std::to_string(owner.pid);
        has_pid = true;
        break;
      case 'h':
        name += harmless(host);
        break;
      case 't':
        name += local_time(start_wall);
        break;
      case '%':
        name += '%';
        break;
      default:
        name += pattern[i];
        continue;
    }
    i++;
  }
  if (!owner.first && !has_pid) name += "." + std::to_string(owner.pid);
  return name;
}

}  // namespace thrace::collector

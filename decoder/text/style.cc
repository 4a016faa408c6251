// Terminal codes (ECMA-48, select graphic rendition).
#include "decoder/text/style.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>

namespace thrace {
namespace {

constexpr std::string_view kCodes[] = {"1", "1;31", "2"};  // bold; bold red; faint

Colour g_colour = Colour::Auto;

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value && *value != '\0';
}

}  // namespace

void set_colour(Colour colour) { g_colour = colour; }

bool uses_colour(std::FILE* out) {
  if (g_colour != Colour::Auto) return g_colour == Colour::Always;
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal && std::string_view(terminal) == "dumb";
  return !dumb && !is_set("NO_COLOR") && isatty(fileno(out)) != 0;
}

std::string emphasise(std::string_view text, Emphasis emphasis, std::FILE* out) {
  if (text.empty() || !uses_colour(out)) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<size_t>(emphasis)], text);
}

}  // namespace thrace

// Escaping and unescaping, byte by byte.
#include "decoder/text/escape.h"

#include <fmt/core.h>

namespace thrace {
namespace {

struct Named {
  char byte;
  char letter;
};
constexpr Named kNamed[] = {{'\n', 'n'}, {'\t', 't'}, {'\r', 'r'}, {'\\', '\\'}, {'"', '"'}};

// The length of the well-formed UTF-8 sequence of a printable character at the front; 0: none.
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  const size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; i++)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  // Overlong forms, surrogates, beyond Unicode, and the C1 controls.
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
  if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
  if (lead == 0xC2 && byte(1) < 0xA0) return 0;
  // Line separators and the marks that turn the direction of text.
  if (lead == 0xE2 && ((byte(1) == 0x80 && byte(2) >= 0xA8 && byte(2) <= 0xAE) ||
                       (byte(1) == 0x80 && (byte(2) == 0x8E || byte(2) == 0x8F)) ||
                       (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9)))
    return 0;
  if (lead == 0xD8 && byte(1) == 0x9C) return 0;
  return length;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

namespace {

std::string escape_bytes(std::string_view text, bool all) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (const size_t length = utf8_length(text.substr(i)); length > 0) {
      out += text.substr(i, length);
      i += length;
      continue;
    }
    i++;
    bool named = false;
    for (const Named& entry : kNamed)
      if (entry.byte == c && (all || c < ' ')) {
        out += {'\\', entry.letter};
        named = true;
      }
    if (named) continue;
    if (c >= ' ' && c < 0x7F)
      out += c;
    else
      out += fmt::format("\\x{:02x}", static_cast<uint8_t>(c));
  }
  return out;
}

}  // namespace

std::string escape(std::string_view text) { return escape_bytes(text, true); }

std::string printable(std::string_view text) { return escape_bytes(text, false); }

std::string quote(std::string_view text) { return '"' + escape(text) + '"'; }

bool unescape(std::string_view text, std::string& out) {
  out.clear();
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return false;
    if (text[i] == 'x') {
      if (i + 2 >= text.size()) return false;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out += static_cast<char>(high << 4 | low);
      i += 2;
      continue;
    }
    const size_t size = out.size();
    for (const Named& entry : kNamed)
      if (entry.letter == text[i]) out += entry.byte;
    if (out.size() == size) return false;
  }
  return true;
}

}  // namespace thrace

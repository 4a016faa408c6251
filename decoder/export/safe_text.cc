// Escaping, then cutting between characters.
#include "decoder/export/safe_text.h"

#include "decoder/text/escape.h"

namespace thrace {
namespace {

constexpr std::string_view kLeftOut = "...";
constexpr size_t kSide = (kMaxExportedText - kLeftOut.size()) / 2;

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

std::string safe_text(std::string_view text) {
  // What an escape adds must not be cut apart from the text in front of it: cut first, roughly.
  std::string out = text.size() > 2 * kMaxExportedText
                        ? printable(text.substr(0, kMaxExportedText)) +
                              printable(text.substr(text.size() - kMaxExportedText))
                        : printable(text);
  if (out.size() <= kMaxExportedText) return out;
  size_t head = kSide, tail = out.size() - kSide;
  while (continues(out[head])) head--;
  while (continues(out[tail])) tail++;
  return out.substr(0, head).append(kLeftOut).append(out, tail);
}

}  // namespace thrace

// Demangling by libiberty, which knows both languages, with a bound on what it may print: a short
// name with substitutions of substitutions expands to gigabytes.
#include "decoder/symbols/demangle.h"

#include <csetjmp>
#include <cstring>

#include "decoder/symbols/string_pool.h"

#define HAVE_DECL_BASENAME 1  // else the header declares one of its own
#include <libiberty/demangle.h>

namespace thrace {
namespace {

struct Output {
  std::jmp_buf full;
  size_t size;
  char text[kMaxName];
};

void append(const char* text, size_t size, void* opaque) {
  auto& out = *static_cast<Output*>(opaque);
  if (size > sizeof out.text - out.size) std::longjmp(out.full, 1);
  std::memcpy(out.text + out.size, text, size);
  out.size += size;
}

// False if the name is not of this kind, or too long.  The only way to stop a demangler is to jump
// out of it; nothing between here and append() has a destructor.
bool run(bool rust, const char* name, Output& out) {
  out.size = 0;
  if (setjmp(out.full) != 0) return false;
  // libiberty's own limit on recursion refuses names above 1 KiB; the length is limited here.
  const int options = DMGL_NO_RECURSE_LIMIT;
  return rust ? rust_demangle_callback(name, options, append, &out)
              : cplus_demangle_v3_callback(name, options, append, &out);
}

}  // namespace

std::string demangle(std::string_view name) {
  if (name.size() > kMaxName || !(name.starts_with("_Z") || name.starts_with("_R")))
    return std::string(name);
  const std::string text(name);
  Output out;
  // Rust's older scheme is C++'s with a hash at the end: it must be tried first.
  for (const bool rust : {true, false})
    if (run(rust, text.c_str(), out)) return std::string(out.text, out.size);
  return text;
}

}  // namespace thrace

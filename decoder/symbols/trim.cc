// The tables that tell frames apart.
#include "decoder/symbols/trim.h"

#include <span>

namespace thrace {
namespace {

// A star at the end stands for any rest.
struct ModuleRole {
  std::string_view name;  // without folders
  FrameRole role;
};
constexpr ModuleRole kModules[] = {
    {"libthrace.so", FrameRole::Tracer}, {"libc.so.*", FrameRole::Libc},
    {"libc-2.*", FrameRole::Libc},       {"libpthread.so.*", FrameRole::Libc},
    {"libpthread-2.*", FrameRole::Libc}, {"ld-linux-x86-64.so.*", FrameRole::Libc},
    {"ld-2.*", FrameRole::Libc},
};

// Of libc and of the tracer: a program's functions may have any name but that of its entry point.
constexpr std::string_view kEntryPoint = "_start";
constexpr std::string_view kStarts[] = {
    "__libc_start_main*", "__libc_start_call_main", "start_thread", "clone", "clone3", "__clone",
    "__clone3",
};

bool matches(std::string_view text, std::string_view pattern) {
  if (!pattern.ends_with('*')) return text == pattern;
  return text.starts_with(pattern.substr(0, pattern.size() - 1));
}

FrameRole role_of_module(std::string_view path) {
  const std::string_view module = path.substr(path.rfind('/') + 1);
  for (const ModuleRole& entry : kModules)
    if (matches(module, entry.name)) return entry.role;
  return FrameRole::Program;
}

// Without the tracer's frames, and what libc does for them: all from one of those, or the inner
// end, to the next.  They can be in the middle where a wrapper calls the program back.
std::vector<Frame> without_tracer(const std::vector<Frame>& stack) {
  std::vector<Frame> rest;
  size_t mark = 0;  // what is behind it is only libc's since then, if `libc_only`
  bool libc_only = true;
  for (const Frame& frame : stack) {
    const FrameRole role = role_of(frame);
    if (role == FrameRole::Tracer) {
      if (libc_only) rest.resize(mark);
      mark = rest.size();
      libc_only = true;
    } else {
      rest.push_back(frame);
      libc_only = libc_only && role == FrameRole::Libc;
    }
  }
  return rest;
}

}  // namespace

FrameRole role_of(const Frame& frame) {
  const FrameRole role = role_of_module(frame.module);
  if (!frame.known) return role;
  if (frame.function == kEntryPoint) return FrameRole::Start;
  if (role == FrameRole::Program) return role;
  for (const std::string_view start : kStarts)
    if (matches(frame.function, start)) return FrameRole::Start;
  return role;
}

std::vector<Frame> trim(std::vector<Frame> stack, bool show_all) {
  if (show_all) return stack;
  const std::vector<Frame> own = without_tracer(stack);
  std::span<const Frame> rest = own;
  // A function and what was inlined into it are one.
  for (bool more = true; more && !rest.empty() && role_of(rest.front()) == FrameRole::Libc;) {
    more = rest.front().inlined;
    rest = rest.subspan(1);
  }
  while (!rest.empty() && role_of(rest.back()) != FrameRole::Program)
    rest = rest.first(rest.size() - 1);
  return rest.empty() ? stack : std::vector<Frame>(rest.begin(), rest.end());
}

}  // namespace thrace

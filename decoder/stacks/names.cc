// Asking the symbolizer, and putting words together.
#include "decoder/stacks/names.h"

#include <fmt/core.h>

#include <algorithm>

#include "decoder/input/stage.h"
#include "decoder/symbols/trim.h"
#include "decoder/text/escape.h"

namespace thrace {
namespace {

// Functions between the program's line that waits and libc: with these in front no line would tell
// one wait from another.
constexpr std::string_view kGlue[] = {"std::", "__gthread_", "__gnu_cxx::"};

// What stands for the frames that are not known.
constexpr std::string_view kGapText = "[...]";

bool is_tracer(const Frame& frame) { return role_of(frame) == FrameRole::Tracer; }

bool is_glue(const Frame& frame) {
  return is_gap(frame.address) || is_tracer(frame) ||
         std::any_of(std::begin(kGlue), std::end(kGlue),
                     [&](std::string_view prefix) { return frame.function.starts_with(prefix); });
}

}  // namespace

std::string frame_text(const Frame& frame, bool whole_path) {
  if (frame.file.empty()) return std::string(frame.function);
  std::string_view file = frame.file;
  if (!whole_path) file.remove_prefix(file.rfind('/') + 1);
  if (frame.line == 0) return fmt::format("{} ({})", frame.function, file);
  return fmt::format("{} ({}:{})", frame.function, file, frame.line);
}

Names::Names(const StackTable& stacks, const NameOptions& options)
    : stacks_(stacks), options_(options), symbolizer_(options.symbols) {}

void Names::prefetch() {
  if (options_.addresses) return;
  const StageTimer timer(Stage::Names);
  std::vector<Symbolizer::Lookup> lookups;
  for (StackId id = 1; id <= stacks_.size(); id++)
    for (const StackFrame& frame : stacks_[id].frames)
      lookups.push_back({stacks_.modules().find(frame.module), frame.address, true});
  symbolizer_.prefetch(lookups);
}

// Processes come with their traces, while names are asked for already.
const std::vector<Frame>& Names::symbols(ModuleIndex module, uint64_t address,
                                         bool is_return_address) {
  const auto& processes = stacks_.modules().processes();
  while (processes_ < processes.size()) symbolizer_.add_process(processes[processes_++]);
  return symbolizer_.frames(stacks_.modules().find(module), address, is_return_address);
}

std::vector<Frame> Names::all_frames(StackId stack) {
  const StageTimer timer(Stage::Names);
  std::vector<Frame> all;
  for (const StackFrame& frame : stacks_[stack].frames) {
    if (is_gap(frame.address)) {
      Frame& gap = all.emplace_back();
      gap.function = kGapText;
      gap.address = frame.address;
      continue;
    }
    if (options_.addresses) {
      const Module* module = stacks_.modules().find(frame.module);
      Frame& plain = all.emplace_back();
      plain.function = texts_.intern(fmt::format("{:#x}", frame.address));
      if (module) plain.module = module->path;
      plain.address = frame.address;
      continue;
    }
    for (const Frame& known : symbols(frame.module, frame.address, true)) {
      all.push_back(known);
      all.back().address = frame.address;
    }
  }
  return all;
}

std::span<const Frame> Names::frames(StackId stack) {
  shown_ = trim(all_frames(stack), options_.all_frames);
  return shown_;
}

const std::string& Names::site(StackId stack) {
  if (stack >= sites_.size()) {
    sites_.resize(stacks_.size() + 1);
    has_site_.resize(stacks_.size() + 1);
  }
  if (!has_site_[stack]) {
    has_site_[stack] = true;
    const std::vector<Frame> shown = trim(all_frames(stack), false);
    auto own = std::find_if_not(shown.begin(), shown.end(), is_glue);
    if (own == shown.end()) own = std::find_if_not(shown.begin(), shown.end(), is_tracer);
    if (own != shown.end()) sites_[stack] = frame_text(*own, false);
  }
  return sites_[stack];
}

std::string Names::lines(StackId stack, std::string_view indent) {
  std::string out;
  for (const Frame& frame : frames(stack)) {
    if (is_gap(frame.address))
      out += fmt::format("{}... ({} frames)\n", indent, frame.address);
    else
      out += fmt::format("{}{}{}\n", indent, escape(frame_text(frame, true)),
                         frame.inlined ? ", inlined" : "");
  }
  const StackEnd end = stacks_[stack].end;
  if (end != StackEnd::None && end != StackEnd::Bottom)
    out += fmt::format("{}... ({})\n", indent,
                       enum_text(ArgType::StackEnd, static_cast<uint64_t>(end)));
  return out;
}

std::string Names::routine(ModuleIndex module, uint64_t address) {
  if (address == 0) return {};
  if (options_.addresses) return fmt::format("{:#x}", address);
  const StageTimer timer(Stage::Names);
  return std::string(symbols(module, address, false).back().function);
}

SymbolNotes Names::notes() const {
  SymbolNotes all = symbolizer_.notes();
  const auto& attached = stacks_.modules().notes();
  all.insert(all.end(), attached.begin(), attached.end());
  if (stacks_.is_full())
    all.push_back(
        fmt::format("more than {} different stacks: the others are left out", stacks_.size()));
  return all;
}

std::string Names::variable(ModuleIndex module, uint64_t address) {
  const Module* known = stacks_.modules().find(module);
  if (!known || options_.addresses) return {};
  if (known->object)
    return address == known->start ? known->path
                                   : fmt::format("{}+{:#x}", known->path, address - known->start);
  const StageTimer timer(Stage::Names);
  return symbolizer_.object_name(known, address);
}

}  // namespace thrace

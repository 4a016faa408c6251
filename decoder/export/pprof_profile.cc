// Filling the tables of a profile.
#include "decoder/export/pprof_profile.h"

#include <fmt/core.h>
#include <google/protobuf/io/gzip_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "decoder/export/safe_text.h"
#include "decoder/export/stack_place.h"

namespace thrace {

PprofProfile::PprofProfile(const StackTable& stacks, Names& names)
    : stacks_(stacks), names_(names) {
  text("");
}

int64_t PprofProfile::text(std::string_view text) {
  const auto [entry, is_new] =
      texts_.try_emplace(safe_text(text), static_cast<int64_t>(texts_.size()));
  if (is_new) profile_.add_string_table(entry->first);
  return entry->second;
}

void PprofProfile::add_value(std::string_view type, std::string_view unit) {
  pprof::ValueType& value = *profile_.add_sample_type();
  value.set_type(text(type));
  value.set_unit(text(unit));
  *profile_.mutable_period_type() = value;
  profile_.set_period(1);
  profile_.set_default_sample_type(value.type());
}

void PprofProfile::set_time(uint64_t start, uint64_t ns) {
  profile_.set_time_nanos(static_cast<int64_t>(start));
  profile_.set_duration_nanos(static_cast<int64_t>(ns));
}

uint64_t PprofProfile::function(const Frame& frame) {
  const std::pair key(text(frame.function), text(frame.file));
  const auto [entry, is_new] = functions_.try_emplace(key, functions_.size() + 1);
  if (is_new) {
    pprof::Function& function = *profile_.add_function();
    function.set_id(entry->second);
    function.set_name(key.first);
    function.set_system_name(key.first);
    function.set_filename(key.second);
  }
  return entry->second;
}

// `named`: its addresses have names, so that viewers need not look for any.
uint64_t PprofProfile::mapping(ModuleIndex index, bool named) {
  const Module* module = stacks_.modules().find(index);
  if (!module) return 0;
  const auto [entry, is_new] = mappings_.try_emplace(index, profile_.mapping_size());
  if (is_new) {
    pprof::Mapping& fresh = *profile_.add_mapping();
    fresh.set_id(static_cast<uint64_t>(profile_.mapping_size()));
    fresh.set_memory_start(module->start);
    fresh.set_memory_limit(module->end);
    // The trace has no offset; that of most files is their address without the bias.
    fresh.set_file_offset(module->start - module->bias);
    fresh.set_filename(text(module->path));
    fresh.set_build_id(text(module->build_id));
  }
  pprof::Mapping& mapping = *profile_.mutable_mapping(entry->second);
  if (named) {
    mapping.set_has_functions(true);
    mapping.set_has_filenames(true);
    mapping.set_has_line_numbers(true);
    mapping.set_has_inline_frames(true);
  }
  return mapping.id();
}

uint64_t PprofProfile::location(ModuleIndex module, std::span<const Frame> lines) {
  const auto [entry, is_new] =
      locations_.try_emplace({module, lines.front().address}, profile_.location_size() + 1);
  if (!is_new) return entry->second;
  const bool named =
      std::any_of(lines.begin(), lines.end(), [](const Frame& frame) { return frame.known; });
  pprof::Location& location = *profile_.add_location();
  location.set_id(entry->second);
  location.set_mapping_id(mapping(module, named));
  location.set_address(call_address(lines.front()));
  for (const Frame& frame : lines) {
    pprof::Line& line = *location.add_line();
    line.set_function_id(function(frame));
    line.set_line(frame.line);
  }
  return entry->second;
}

// A frame that is no place in the program: "[no stack]".
uint64_t PprofProfile::mark(std::string_view what) {
  const auto known = marks_.find(what);
  if (known != marks_.end()) return known->second;
  pprof::Location& location = *profile_.add_location();
  location.set_id(static_cast<uint64_t>(profile_.location_size()));
  Frame frame;
  frame.function = what;
  location.add_line()->set_function_id(function(frame));
  return marks_[std::string(what)] = location.id();
}

pprof::Sample& PprofProfile::add_sample(StackId stack) {
  pprof::Sample& sample = *profile_.add_sample();
  if (stack == 0) {
    sample.add_location_id(mark("[no stack]"));
    return sample;
  }
  const StackView recorded = stacks_[stack];
  const std::span<const Frame> frames = names_.frames(stack);
  for (size_t i = 0; i < frames.size();) {  // the calls that were inlined at one address are one
    size_t count = 1;
    while (frames[i + count - 1].inlined && i + count < frames.size()) count++;
    sample.add_location_id(location(module_of(recorded, frames[i]), frames.subspan(i, count)));
    i += count;
  }
  if (recorded.end != StackEnd::Bottom)
    sample.add_location_id(mark(
        fmt::format("[{}]", enum_text(ArgType::StackEnd, static_cast<uint64_t>(recorded.end)))));
  return sample;
}

void PprofProfile::add_label(pprof::Sample& sample, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  pprof::Label& label = *sample.add_label();
  label.set_key(text(key));
  label.set_str(text(value));
}

bool PprofProfile::write(std::FILE* out) const {
  std::string data;
  {
    google::protobuf::io::StringOutputStream target(&data);
    google::protobuf::io::GzipOutputStream compressed(&target);
    if (!profile_.SerializeToZeroCopyStream(&compressed) || !compressed.Close()) {
      errno = EOVERFLOW;  // protobuf knows no messages of 2 GB
      return false;
    }
  }
  return std::fwrite(data.data(), 1, data.size(), out) == data.size();
}

}  // namespace thrace

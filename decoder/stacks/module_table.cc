// Interning of modules.
#include "decoder/stacks/module_table.h"

#include <fmt/core.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace thrace {
namespace {

std::string image_key(std::string_view build, std::string_view path) {
  return fmt::format("{} {}", build, path);
}

// Nanoseconds since 1970 of a UTC time as headers have it, "2026-01-31T23:59:59.123456789Z"; 0 if
// it is none.
int64_t nanoseconds(const std::string& utc) {
  tm parts{};
  const char* rest = strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (!rest) return 0;
  int64_t fraction = 0;
  if (*rest == '.') std::from_chars(rest + 1, rest + std::min<size_t>(strlen(rest), 10), fraction);
  const time_t seconds = timegm(&parts);
  return seconds > 0 ? seconds * int64_t{1'000'000'000} + fraction : 0;
}

}  // namespace

void ModuleTable::add_process(const FileHeader& header) {
  const std::string_view text = header.get("pid");
  TracedProcess process;
  std::from_chars(text.data(), text.data() + text.size(), process.pid);
  if (process.pid <= 0) return;
  process.start = nanoseconds(std::string(header.get("wall")));
  for (TracedProcess& known : processes_)
    if (known.pid == process.pid) {
      known.start = std::min(known.start, process.start);
      return;
    }
  processes_.push_back(process);
}

ModuleIndex ModuleTable::intern(const Generation& generation, const EventView& event) {
  const auto [id, bias, start, end, inode, build, path] = event.args;
  const std::string_view build_id = generation.string(build), file = generation.string(path);
  const std::string key = fmt::format("{} {} {} {} {} {}", bias, start, end, inode, build_id, file);
  if (const auto found = index_.find(key); found != index_.end()) return found->second;
  if (modules_.size() - objects_ == kMaxModules) return kNoModule;
  const Clock& clock = generation.clock;
  const int64_t known_at =
      clock.wall ? static_cast<int64_t>(clock.wall) + clock.since_start(event.time) : 0;
  modules_.push_back(
      {std::string(file), std::string(build_id), bias, start, end, inode, known_at, {}});
  find_image(modules_.back());
  return index_[key] = static_cast<ModuleIndex>(modules_.size() - 1);
}

ModuleIndex ModuleTable::intern_object(const Generation& generation, const EventView& event) {
  const uint64_t size = event.args[0], start = event.args[1];
  const std::string_view name = generation.string(event.args[2]);
  const std::string key = fmt::format("{} {} {}", start, size, name);
  if (const auto found = index_.find(key); found != index_.end()) return found->second;
  if (objects_ == kMaxObjects) return kNoModule;
  objects_++;
  Module& object = modules_.emplace_back();
  object.path = name;
  object.bias = object.start = start;
  object.end = start + size;
  object.object = true;
  return index_[key] = static_cast<ModuleIndex>(modules_.size() - 1);
}

void ModuleTable::find_image(Module& module) {
  if (!module.image.empty()) return;
  const auto found = images_.find(image_key(module.build_id, module.path));
  if (found == images_.end()) return;
  Image& image = found->second;
  if (!image.tried) {
    image.tried = true;
    std::string error = fmt::format("{}: no room for the attachment {}", image.trace, module.path);
    if (image.attachment.size <= kMaxExpanded - expanded_) {
      expanded_ += image.attachment.size;
      image.file = expand(image.trace, image.attachment, error);
    }
    if (!image.file) notes_.push_back(error);
  }
  if (image.file) module.image = image.file.path();
}

// Attachments are told of twice.
void ModuleTable::add_note(std::string note) {
  if (std::find(notes_.begin(), notes_.end(), note) == notes_.end())
    notes_.push_back(std::move(note));
}

void ModuleTable::attach(const std::string& trace, const std::vector<Attachment>& attachments) {
  uint64_t bytes = 0;
  for (const Attachment& attachment : attachments) {
    bytes += attachment.size;
    if (attachment.size > kMaxImage || bytes > kMaxImages) {
      add_note(fmt::format("{}: its attachments are larger than a trace may have, not all are used",
                           trace));
      break;
    }
    images_.try_emplace(image_key(attachment.build, attachment.path), Image{trace, attachment, {}});
  }
  for (Module& module : modules_)
    if (!module.object) find_image(module);
}

}  // namespace thrace

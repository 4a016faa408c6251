#include "preload/launcher/environment.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>

namespace thrace {
namespace {

bool names(std::string_view entry, std::string_view name) {
  return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
}

}  // namespace

Environment Environment::inherited() {
  Environment result;
  for (char** entry = environ; entry && *entry; ++entry) result.entries_.emplace_back(*entry);
  return result;
}

std::string Environment::get(std::string_view name) const {
  for (const std::string& entry : entries_) {
    if (names(entry, name)) return entry.substr(name.size() + 1);
  }
  return {};
}

bool Environment::is_set(std::string_view name) const {
  const std::string value = get(name);
  return !value.empty() && value != "0";
}

void Environment::set(std::string_view name, std::string_view value) {
  std::string entry = std::string(name) + "=" + std::string(value);
  for (std::string& old : entries_) {
    if (names(old, name)) {
      old = entry;
      return;
    }
  }
  entries_.push_back(entry);
}

void Environment::unset(std::string_view name) {
  std::erase_if(entries_, [name](const std::string& entry) { return names(entry, name); });
}

void Environment::change(std::string_view assignment) {
  const size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    unset(assignment);
  } else {
    set(assignment.substr(0, equals), assignment.substr(equals + 1));
  }
}

std::vector<char*> Environment::pointers() {
  std::vector<char*> result;
  for (std::string& entry : entries_) result.push_back(entry.data());
  result.push_back(nullptr);
  return result;
}

std::string shell_word(std::string_view text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) || std::string_view("_-./,:=@%+").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string(text);
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace thrace

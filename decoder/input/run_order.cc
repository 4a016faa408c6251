// Sorting by the headers.
#include "decoder/input/run_order.h"

#include <algorithm>
#include <utility>

#include "decoder/input/reader.h"

namespace thrace {
namespace {

// When a trace started, as its header has it: text that sorts as the time does.
std::string start_of(const std::string& path) {
  std::string error;
  auto input = path == "-" ? nullptr : open_input(path, error);
  if (!input) return {};
  Problems shown_later;
  Reader reader(std::move(input), path, shown_later);
  return reader.open() ? std::string(reader.header().get("wall", "")) : std::string();
}

}  // namespace

std::vector<std::string> in_order_of_start(const std::vector<std::string>& paths) {
  if (paths.size() < 2) return paths;
  std::vector<std::pair<std::string, std::string>> started;
  for (const std::string& path : paths) started.emplace_back(start_of(path), path);
  std::stable_sort(started.begin(), started.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> sorted;
  for (auto& [start, path] : started) sorted.push_back(std::move(path));
  return sorted;
}

}  // namespace thrace

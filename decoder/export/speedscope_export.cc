// Profiles out of folded stacks.
#include "decoder/export/speedscope_export.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <vector>

#include "decoder/export/safe_text.h"
#include "decoder/report/titles.h"

namespace thrace {
namespace {

using Json = nlohmann::ordered_json;

// Each name of a function, with its file, once.
class FrameTable {
 public:
  uint32_t number(const FoldedFrame& frame) {
    const auto [entry, is_new] =
        numbers_.try_emplace(frame.name + '\0' + frame.file, static_cast<uint32_t>(json_.size()));
    if (is_new) {
      Json fresh = {{"name", safe_text(frame.name)}};
      if (!frame.file.empty()) fresh["file"] = safe_text(frame.file);
      json_.push_back(std::move(fresh));
    }
    return entry->second;
  }
  const Json& json() const { return json_; }

 private:
  std::unordered_map<std::string, uint32_t> numbers_;
  Json json_ = Json::array();
};

// A profile: the sums of the distinct stacks, whose frames are numbers, the outermost first.
using Profile = std::map<std::vector<uint32_t>, uint64_t>;

uint64_t total_of(const Profile& profile) {
  uint64_t total = 0;
  for (const auto& [stack, value] : profile) total += value;
  return total;
}

Json json_of(const Profile& profile, const std::string& name, const char* unit) {
  Json samples = Json::array(), weights = Json::array();
  for (const auto& [stack, value] : profile) {
    samples.push_back(stack);
    weights.push_back(value);
  }
  return {{"type", "sampled"},
          {"name", name},
          {"unit", unit},
          {"startValue", 0},
          {"endValue", total_of(profile)},
          {"samples", std::move(samples)},
          {"weights", std::move(weights)}};
}

}  // namespace

bool write_speedscope(const Folded& folded, const Analysis& analysis, Names& names,
                      const std::string& title, const char* unit, std::FILE* out) {
  FrameTable frames;
  Profile all;
  std::map<std::string, Profile> threads;
  folded.each(analysis, names, [&](const FoldedStack& stack) {
    std::vector<uint32_t> numbers;
    for (const FoldedFrame& frame : stack.frames) numbers.push_back(frames.number(frame));
    all[numbers] += stack.value;
    if (stack.thread == kNobody) return;
    threads[safe_text(thread_title(analysis.threads[stack.thread]))][numbers] += stack.value;
  });
  Json profiles = Json::array({json_of(all, "all threads", unit)});
  std::vector<std::pair<uint64_t, const std::string*>> order;
  for (const auto& [name, profile] : threads) order.emplace_back(total_of(profile), &name);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [total, name] : order) profiles.push_back(json_of(threads[*name], *name, unit));
  const Json file = {{"$schema", "https://www.speedscope.app/file-format-schema.json"},
                     {"exporter", "thrace@" THRACE_VERSION},
                     {"name", safe_text(title)},
                     {"activeProfileIndex", 0},
                     {"shared", {{"frames", frames.json()}}},
                     {"profiles", std::move(profiles)}};
  const std::string text = file.dump() + '\n';
  return std::fwrite(text.data(), 1, text.size(), out) == text.size();
}

}  // namespace thrace

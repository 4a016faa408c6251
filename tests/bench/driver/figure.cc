// The table.
#include "tests/bench/driver/figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>

namespace thrace::bench {
namespace {

// Four digits, and no more behind the point than mean something.
std::string number(double value, const std::string& unit) {
  if (unit == "x") return fmt::format("{:.3f}", value);
  if (unit == "in all") return fmt::format("{:.0f}", value);
  const double size = std::abs(value);
  return fmt::format("{:.{}f}", value, size < 100 ? 2 : size < 1000 ? 1 : 0);
}

std::string bar_text(const Figure& figure, const std::optional<double>& bar) {
  if (!bar) return "";
  return fmt::format("{} {} {}",
                     figure.bar.better == Better::Less ? "<=" : ">=", number(*bar, figure.unit),
                     figure.reaches(*bar) ? "yes" : "NO");
}

double least(const Samples& samples) { return *std::min_element(samples.begin(), samples.end()); }

template <typename Fold>
Figure compare(std::string what, std::string of, const Samples& a, const Samples& b,
               std::string unit, Bar bar, Fold fold) {
  Figure figure{std::move(what), std::move(of), {}, std::move(unit), bar};
  std::transform(a.begin(), a.end(), b.begin(), std::back_inserter(figure.samples), fold);
  if (!a.empty()) figure.at_best = fold(least(a), least(b));
  return figure;
}

}  // namespace

double median(Samples samples) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  const size_t half = samples.size() / 2;
  return samples.size() % 2 ? samples[half] : (samples[half - 1] + samples[half]) / 2;
}

Figure ratio(std::string what, std::string of, const Samples& above, const Samples& below,
             Bar bar) {
  return compare(std::move(what), std::move(of), above, below, "x", bar, std::divides<>());
}

Figure difference(std::string what, std::string of, const Samples& from, const Samples& minus,
                  std::string unit, Bar bar) {
  return compare(std::move(what), std::move(of), from, minus, std::move(unit), bar, std::minus<>());
}

bool Figure::reaches(double bar_value) const {
  const double reached = median(samples);
  return bar.better == Better::Less ? reached <= bar_value : reached >= bar_value;
}

void print_table(const Figures& figures) {
  constexpr const char* kRow = "{:<12} {:<24} {:>9} {:<7} {:>9} {:>9} {:>9}   {:<14} {}\n";
  fmt::print(kRow, "what", "of", "median", "unit", "least", "most", "at best", "bar", "in the end");
  std::string previous;
  for (const Figure& figure : figures) {
    if (figure.samples.empty()) continue;
    const auto [least, most] = std::minmax_element(figure.samples.begin(), figure.samples.end());
    fmt::print(kRow, figure.what == previous ? "" : figure.what, figure.of,
               number(median(figure.samples), figure.unit), figure.unit,
               number(*least, figure.unit), number(*most, figure.unit),
               figure.at_best ? number(*figure.at_best, figure.unit) : "",
               bar_text(figure, figure.bar.now), bar_text(figure, figure.bar.finally));
    previous = figure.what;
  }
}

void print_json(const Figures& figures) {
  auto list = nlohmann::json::array();
  for (const Figure& figure : figures) {
    if (figure.samples.empty()) continue;
    nlohmann::json entry{{"what", figure.what},
                         {"of", figure.of},
                         {"unit", figure.unit},
                         {"median", median(figure.samples)},
                         {"samples", figure.samples}};
    if (figure.at_best) entry["at_best"] = *figure.at_best;
    if (figure.bar.now) {
      entry["bar"] = *figure.bar.now;
      entry["reached"] = figure.reaches(*figure.bar.now);
    }
    if (figure.bar.finally) {
      entry["final_bar"] = *figure.bar.finally;
      entry["reached_final"] = figure.reaches(*figure.bar.finally);
    }
    list.push_back(std::move(entry));
  }
  fmt::print("{}\n", list.dump(2));
}

}  // namespace thrace::bench

// One line of the table: what was measured, how it spread over the rounds, and the bar beside it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace thrace::bench {

// A value of each round.
using Samples = std::vector<double>;

double median(Samples samples);

enum class Better { Less, More };

// What must be reached: `now` with this version, `finally` in the end.
struct Bar {
  std::optional<double> now, finally;
  Better better = Better::Less;
};

struct Figure {
  std::string what;  // the measure
  std::string of;    // "recording / bare"
  Samples samples;
  std::string unit;  // "x", "ns", ...
  Bar bar = {};
  // The same from the least of each side: what others on the machine do only ever adds.
  std::optional<double> at_best = {};

  bool reaches(double bar_value) const;
};
using Figures = std::vector<Figure>;

// Two sides compared round by round.
Figure ratio(std::string what, std::string of, const Samples& above, const Samples& below,
             Bar bar = {});
Figure difference(std::string what, std::string of, const Samples& from, const Samples& minus,
                  std::string unit, Bar bar = {});

// All figures, as text for people or as JSON.
void print_table(const Figures& figures);
void print_json(const Figures& figures);

}  // namespace thrace::bench

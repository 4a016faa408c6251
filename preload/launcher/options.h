// The launcher's command line.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "preload/launcher/environment.h"

namespace thrace {

struct Options {
  bool report = false;
  bool print_env = false;
  bool check = false;
  std::vector<std::string> changes;  // -E, in order
  std::set<std::string> given;       // the settings among the options, by variable
  std::vector<std::string> command;
};

// Reads the command line; options that are settings go to `environment`.  Prints help or version and
// ends where these are asked for.  Throws Failure.
Options parse_options(int argc, char** argv, Environment& environment);

}  // namespace thrace

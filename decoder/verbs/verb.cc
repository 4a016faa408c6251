// What the verbs share.
#include "decoder/verbs/verb.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "decoder/text/escape.h"

namespace thrace {

namespace {

// A problem may have several lines (the frontier of the merge): each is made harmless.
std::string printable_lines(std::string_view text) {
  std::string out;
  for (size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1))
    out += printable(text.substr(0, end)) + '\n';
  return out + printable(text);
}

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code unknown;  // what is not there is not the same
  return a == "-" ? b == "-" : std::filesystem::equivalent(a, b, unknown);
}

}  // namespace

void add_files(CLI::App& verb, std::vector<std::string>& files, const std::string& doc) {
  const auto take = [&files](const std::vector<std::string>& given) {
    for (const std::string& file : given) {
      const auto same = [&](const std::string& known) { return is_same_file(known, file); };
      if (std::none_of(files.begin(), files.end(), same))
        files.push_back(file);
      else
        fmt::print(stderr, "trace-decode: {} is given more than once: it is read once\n",
                   printable(file));
    }
  };
  verb.add_option_function<std::vector<std::string>>("FILE", take, doc)->required();
}

void print_problems(const Problems& problems, size_t limit) {
  for (size_t i = 0; i < problems.size() && i < limit; i++)
    fmt::print(stderr, "trace-decode: {}\n", printable_lines(describe(problems[i])));
  if (problems.size() > limit)
    fmt::print(stderr, "trace-decode: {} more problems\n", problems.size() - limit);
}

int worse(int a, int b) {
  if (a == kExitUnreadable || b == kExitUnreadable) return kExitUnreadable;
  return a > b ? a : b;
}

}  // namespace thrace

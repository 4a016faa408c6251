// Runs golden tests: a story, the text of a trace, commands, and what they must print.
//
//   run TRACE-DECODE FILE.test     exit status 0 if all is as expected
//
// A command is the arguments of trace-decode; `trace.thr` is the assembled trace.  Standard output
// and error are compared, and a status other than 0 shows as a line `status N`.  The text twin must
// survive dump and assemble.  THRACE_GOLDEN_UPDATE=1 writes what came out into the test instead.
#include <fmt/core.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace {

struct Golden {
  std::string story, trace, command, expect;
};

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

Golden parse(const std::string& text) {
  Golden golden;
  std::string* part = &golden.story;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line == "-- trace --")
      part = &golden.trace;
    else if (line == "-- command --")
      part = &golden.command;
    else if (line == "-- expect --")
      part = &golden.expect;
    else
      *part += line + "\n";
  }
  return golden;
}

// Runs a command line in the current directory and returns what it prints.
std::string run(const std::string& command) {
  std::string out;
  std::FILE* pipe = popen(("(" + command + ") 2>&1").c_str(), "r");
  if (!pipe) return "cannot be started\n";
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, n);
  const int status = pclose(pipe);
  if (WIFSIGNALED(status)) return out + fmt::format("killed by signal {}\n", WTERMSIG(status));
  if (WEXITSTATUS(status) != 0) out += fmt::format("status {}\n", WEXITSTATUS(status));
  return out;
}

std::string run_all(const std::string& program, const Golden& golden) {
  std::ofstream("trace.txt", std::ios::binary) << golden.trace;
  std::string out = run(program + " assemble trace.txt -o trace.thr");
  std::istringstream in(golden.command);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) out += run(program + " " + line);
  return out;
}

bool round_trips(const std::string& program) {
  run(program + " dump trace.thr 2>/dev/null > first.txt");
  run(program + " assemble first.txt -o again.thr");
  run(program + " dump again.thr 2>/dev/null > second.txt");
  const std::string first = slurp("first.txt");  // empty if the trace cannot be read at all
  return first.empty() || first == slurp("second.txt");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: run TRACE-DECODE FILE.test\n");
    return 2;
  }
  const std::string program = std::filesystem::absolute(argv[1]);
  const std::string path = std::filesystem::absolute(argv[2]);
  char folder[] = "/tmp/thrace-golden-XXXXXX";
  if (!mkdtemp(folder) || chdir(folder) != 0) return 2;

  const Golden golden = parse(slurp(path));
  const std::string out = run_all(program, golden);
  const bool same_twin = round_trips(program);
  std::filesystem::current_path("/");
  std::filesystem::remove_all(folder);

  if (!same_twin) fmt::print("the text twin does not survive dump and assemble\n");
  if (out != golden.expect && getenv("THRACE_GOLDEN_UPDATE")) {
    std::ofstream(path, std::ios::binary) << golden.story << "-- trace --\n"
                                          << golden.trace << "-- command --\n"
                                          << golden.command << "-- expect --\n"
                                          << out;
    return 0;
  }
  if (out != golden.expect)
    fmt::print("{}\n--- expected ---\n{}--- got ---\n{}", golden.story, golden.expect, out);
  return out == golden.expect && same_twin ? 0 : 1;
}

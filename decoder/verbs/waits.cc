// waits: the longest single waits, each with its stacks and with why it took so long.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "decoder/report/chain.h"
#include "decoder/report/deadlock.h"
#include "decoder/report/wait_table.h"
#include "decoder/report/worst_waits.h"
#include "decoder/text/escape.h"
#include "decoder/verbs/report_output.h"

namespace thrace {
namespace {

constexpr size_t kDefaultRows = 10;
constexpr size_t kMaxRows = 10'000;  // so many waits and their chains are kept

// Standard input, as a file that can be read twice.  Its path; empty, with errno, if that fails.
std::string spool_input() {
  struct stat status;
  if (fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode)) return "/proc/self/fd/0";
  std::FILE* spool = std::tmpfile();  // open until the program ends
  if (!spool) return {};
  char buffer[1 << 16];
  ssize_t n;
  while ((n = read(STDIN_FILENO, buffer, sizeof buffer)) != 0) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 || std::fwrite(buffer, 1, static_cast<size_t>(n), spool) != static_cast<size_t>(n))
      return {};
  }
  if (std::fflush(spool) != 0) return {};
  return fmt::format("/proc/self/fd/{}", fileno(spool));
}

// The stacks of a wait and of its release, and its chain, under the number of the table.
void print_details(const Analysis& analysis, const std::vector<EndedWait>& waits,
                   const std::vector<std::vector<Link>>& chains, Names& names) {
  constexpr size_t kShownLinks = 12;
  for (size_t i = 0; i < waits.size(); i++) {
    if (waits[i].stack == 0 && waits[i].release == 0) continue;  // the table has all that is known
    print_wait_stacks(analysis, waits[i], i + 1, names, stdout);
    for (size_t depth = 0; depth < chains[i].size() && depth < kShownLinks; depth++)
      fmt::print("  meanwhile {}\n", printable(link_text(analysis, chains[i][depth], names)));
    if (chains[i].size() > kShownLinks)
      fmt::print("  ... {} more steps\n", chains[i].size() - kShownLinks);
  }
}

int run(ReportOptions options) {
  for (std::string& file : options.files) {
    if (file != "-") continue;
    file = spool_input();
    if (!file.empty()) continue;
    fmt::print(stderr, "trace-decode: standard input cannot be kept to be read twice: {}\n",
               std::strerror(errno));
    return kExitUnreadable;
  }
  // The first look finds the longest waits, the second one what all threads did meanwhile.
  WorstWaits worst(options.rows);
  {
    Problems shown_later;
    Analysis analysis;
    Names names(*analysis.stacks, options.names);
    Picker picker(options.filter, names);
    analyze(options.files, picker, {&worst}, analysis, shown_later);
  }
  Chains look(worst.waits(), options.filter.window);
  Filter everything;  // in the same window
  everything.window = options.filter.window;
  everything.group = options.filter.group;
  options.filter = everything;
  return report(options, {&look}, [&](const Analysis& analysis, Names& names) {
    const std::vector<EndedWait> waits = look.waits();
    std::vector<std::vector<Link>> chains;
    for (const EndedWait& wait : waits) chains.push_back(look.chain(analysis, wait));
    std::vector<std::string> sentences;
    for (const auto& cycle : deadlocks(analysis))
      sentences.push_back(deadlock_text(analysis, cycle, names));
    // In text the chains are told with the stacks, unless their table is asked for.
    ReportOptions shown = options;
    if (options.output() == Format::Text && options.table.empty()) shown.table = "waits";
    std::function<void()> details;
    if (options.table.empty()) details = [&] { print_details(analysis, waits, chains, names); };
    return print_report(analysis, sentences,
                        {{"waits", "", wait_table(analysis, waits, chains, names)},
                         {"chains", "", chain_table(analysis, chains, names), true}},
                        shown, details);
  });
}

}  // namespace

void add_waits(CLI::App& app, int& status) {
  auto* verb =
      app.add_subcommand("waits", "the longest single waits, with their stacks and their causes");
  auto options = std::make_shared<ReportOptions>();
  options->rows = kDefaultRows;
  options->add(*verb, "");
  options->add_tables(*verb, {"waits", "chains"});
  verb->footer(
      "A wait that the trace does not see the end of has the outcome `open`.  Joins come last.\n"
      "meanwhile: what the thread that ended the wait did in that time, if it was not running: "
      "what\n"
      "it waited for, and what the thread that it waited for did, and so on.  A step that "
      "explains\n"
      "less than a tenth of the one before it, or a hundredth of the whole wait, ends the chain:\n"
      "`ran or had short waits and calls only` says that no wait and no slow call explains more.\n"
      "-n is 10000 at most.  Reads the traces twice.");
  verb->callback([options, &status] {
    if (options->rows == 0) options->rows = kDefaultRows;
    if (options->rows > kMaxRows)
      throw CLI::ValidationError("-n", fmt::format("is {} at most", kMaxRows));
    status = run(*options);
  });
}

}  // namespace thrace

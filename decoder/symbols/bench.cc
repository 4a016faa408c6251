// symbols_bench FILE [ADDRESSES [SYMBOL-FOLDER]]: how long it takes to name that many addresses
// (100000), spread at random over the code of an ELF file.
#include <fmt/core.h>
#include <gelf.h>
#include <sys/resource.h>

#include <chrono>
#include <random>

#include "decoder/symbols/symbolizer.h"

namespace thrace {
namespace {

int run(const std::string& path, size_t count, SymbolOptions options) {
  std::string error;
  const auto file = ElfFile::open(path, error);
  GElf_Shdr text;
  if (!file || !gelf_getshdr(file->section(".text"), &text) || text.sh_size == 0) {
    fmt::print(stderr, "symbols_bench: {} {}\n", path, file ? "has no code" : error);
    return 1;
  }
  Module module;
  module.path = path;
  module.build_id = file->build_id();
  std::mt19937_64 random(1);
  std::vector<Symbolizer::Lookup> lookups;
  while (lookups.size() < count)
    lookups.push_back({&module, text.sh_addr + random() % text.sh_size, false});

  Symbolizer symbolizer(options);
  const auto begin = std::chrono::steady_clock::now();
  symbolizer.prefetch(lookups);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  size_t known = 0, frames = 0;
  for (const auto& lookup : lookups) {
    const auto& found = symbolizer.frames(lookup.module, lookup.address, false);
    known += found.back().known;
    frames += found.size();
  }
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const double cpu = static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
  fmt::print(
      "{:.1f} MB of code, {} addresses, {} known, {} frames: {:.2f} s, {:.2f} s of CPU, "
      "{} MiB\n",
      static_cast<double>(text.sh_size) * 1e-6, count, known, frames, time.count(), cpu,
      usage.ru_maxrss >> 10);
  for (const std::string& note : symbolizer.notes()) fmt::print("{}\n", note);
  return 0;
}

}  // namespace
}  // namespace thrace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: symbols_bench FILE [ADDRESSES [SYMBOL-FOLDER]]\n");
    return 2;
  }
  thrace::SymbolOptions options{.debuginfod = false};
  if (argc > 3) options.directories = {argv[3]};
  return thrace::run(argv[1], argc > 2 ? std::stoul(argv[2]) : 100'000, options);
}

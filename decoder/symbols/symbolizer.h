// Names for addresses: functions with the calls that were inlined, variables, code of just-in-time
// compilers.  An address of which nothing is known stays an address; nothing is guessed.
//
// Files are opened when an address of theirs is first asked for.  They may be anything: whatever is
// wrong with one costs its names only.  A Symbolizer is used by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decoder/symbols/binary.h"
#include "decoder/symbols/frame.h"
#include "decoder/symbols/module.h"
#include "decoder/symbols/options.h"
#include "decoder/symbols/perf_map.h"
#include "decoder/symbols/process.h"

namespace thrace {

class Symbolizer {
 public:
  explicit Symbolizer(SymbolOptions options);
  ~Symbolizer();
  Symbolizer(const Symbolizer&) = delete;
  Symbolizer& operator=(const Symbolizer&) = delete;

  // Another process whose perf-PID.map may name code that belongs to no file.  The map is read when
  // such code is next asked for; what was answered before stays.  Whose the address is that is
  // asked for is not known, so of several processes the maps of all are looked at: code of one that
  // has no map can get the name that another one's has there.
  void add_process(const TracedProcess& process) { processes_.push_back(process); }

  // What was active at a run-time address, the innermost inlined call first, the physical function
  // last; at least one frame.  `module` is the one that covers the address, nullptr for code that
  // belongs to no file; it must live as long as this object.  A return address stands for the call
  // in front of it.  The result lives as long as this object.
  const std::vector<Frame>& frames(const Module* module, uint64_t address, bool is_return_address);

  // The variable at a run-time address ("g_lock", "queue+0x28"), or the address as text.
  std::string object_name(const Module* module, uint64_t address);

  struct Lookup {
    const Module* module;
    uint64_t address;
    bool is_return_address;
  };

  // Looks up many addresses at once with several threads, so that frames() finds them later.
  void prefetch(std::span<const Lookup> lookups);

  // Sentences on files that could not be used, so far, each once.
  SymbolNotes notes() const;

 private:
  Binary& binary(const Module& module);
  const std::vector<Frame>& jit_frames(uint64_t address, bool is_return_address);
  std::string_view jit_name(uint64_t address);

  const SymbolOptions options_;
  FileSearch search_;
  std::vector<std::unique_ptr<Binary>> binaries_;  // in the order of their first use
  std::unordered_map<const Module*, Binary*> by_module_;
  std::unordered_map<std::string, Binary*> by_identity_;  // modules of several processes share one
  StringPool pool_;
  SymbolNotes notes_;
  std::vector<TracedProcess> processes_;
  std::vector<PerfMap> perf_maps_;                                  // of the first of them
  std::unordered_map<uint64_t, std::vector<Frame>> jit_frames_[2];  // the second: return addresses
};

}  // namespace thrace

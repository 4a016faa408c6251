// A pprof profile under construction: its tables, in which each text, function, location and
// mapping stands once.
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "decoder/export/pprof.pb.h"
#include "decoder/stacks/names.h"

namespace thrace {

class PprofProfile {
 public:
  // `stacks` and `names` must live as long as this object.
  PprofProfile(const StackTable& stacks, Names& names);

  // A number of each sample: what it is, and its unit.  The last one is what viewers show first.
  void add_value(std::string_view type, std::string_view unit);

  // A sample: the caller adds values and labels.
  pprof::Sample& add_sample(StackId stack);
  void add_label(pprof::Sample& sample, std::string_view key, std::string_view text);

  // When the run started, ns since 1970 (0: not known), and how long it was.
  void set_time(uint64_t start, uint64_t ns);

  // Compressed.  False, with errno, if `out` cannot be written.
  bool write(std::FILE* out) const;

 private:
  int64_t text(std::string_view text);
  uint64_t function(const Frame& frame);
  uint64_t mapping(ModuleIndex module, bool named);
  uint64_t location(ModuleIndex module, std::span<const Frame> lines);
  uint64_t mark(std::string_view what);

  const StackTable& stacks_;
  Names& names_;
  pprof::Profile profile_;
  std::unordered_map<std::string, int64_t> texts_;
  std::map<std::pair<int64_t, int64_t>, uint64_t> functions_;       // by name and file
  std::map<ModuleIndex, int> mappings_;                             // index in the profile
  std::map<std::pair<ModuleIndex, uint64_t>, uint64_t> locations_;  // by module and address
  std::map<std::string, uint64_t, std::less<>> marks_;              // locations without a place
};

}  // namespace thrace

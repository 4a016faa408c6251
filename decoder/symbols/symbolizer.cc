// From modules to binaries, and the work of several threads.
#include "decoder/symbols/symbolizer.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <tuple>

namespace thrace {
namespace {

constexpr unsigned kMaxThreads = 8;

}  // namespace

Symbolizer::Symbolizer(SymbolOptions options) : options_(std::move(options)), search_(options_) {}
Symbolizer::~Symbolizer() = default;

const std::vector<Frame>& Symbolizer::frames(const Module* module, uint64_t address,
                                             bool is_return_address) {
  if (!module) return jit_frames(address, is_return_address);
  return binary(*module).frames(address - module->bias, is_return_address);
}

std::string Symbolizer::object_name(const Module* module, uint64_t address) {
  if (!module) return fmt::format("{:#x}", address);
  return binary(*module).object_name(address - module->bias);
}

Binary& Symbolizer::binary(const Module& module) {
  Binary*& by_module = by_module_[&module];
  if (by_module) return *by_module;
  // Without a build-id it depends on the time whether a file is still the one that was mapped.
  Binary*& shared =
      by_identity_[fmt::format("{}\n{}\n{}\n{}\n{}", module.path, module.build_id, module.inode,
                               module.image, module.build_id.empty() ? module.known_at : 0)];
  if (!shared) {
    binaries_.push_back(std::make_unique<Binary>(module, options_, search_));
    shared = binaries_.back().get();
  }
  return *(by_module = shared);
}

void Symbolizer::prefetch(std::span<const Lookup> lookups) {
  struct Job {
    Binary* binary;
    uint64_t address;
    bool is_return_address;
  };
  std::vector<Job> jobs;
  for (const Lookup& lookup : lookups)
    if (lookup.module)
      jobs.push_back({&binary(*lookup.module), lookup.address - lookup.module->bias,
                      lookup.is_return_address});
  // By binary, as only one thread may use one; by address, as neighbours share a unit.
  std::sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) {
    return std::tie(a.binary, a.address) < std::tie(b.binary, b.address);
  });
  std::vector<std::span<const Job>> shares;
  for (size_t begin = 0, end = 0; begin < jobs.size(); begin = end) {
    while (end < jobs.size() && jobs[end].binary == jobs[begin].binary) end++;
    shares.emplace_back(&jobs[begin], end - begin);
  }
  // The largest share first: it bounds the time of all.
  std::sort(shares.begin(), shares.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });

  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i; (i = next++) < shares.size();)
      for (const Job& job : shares[i]) job.binary->frames(job.address, job.is_return_address);
  };
  std::vector<std::jthread> threads;
  const size_t wanted = std::min<size_t>(
      shares.size(), std::clamp(std::thread::hardware_concurrency(), 1u, kMaxThreads));
  for (size_t i = 1; i < wanted; i++) threads.emplace_back(work);
  work();
}

SymbolNotes Symbolizer::notes() const {
  SymbolNotes all = notes_;
  for (const auto& binary : binaries_)
    for (const std::string& note : binary->notes())
      if (std::find(all.begin(), all.end(), note) == all.end()) all.push_back(note);
  return all;
}

const std::vector<Frame>& Symbolizer::jit_frames(uint64_t address, bool is_return_address) {
  const auto [found, is_new] = jit_frames_[is_return_address].try_emplace(address);
  if (!is_new) return found->second;
  Frame frame;
  frame.function = jit_name(is_return_address ? address - 1 : address);
  frame.known = !frame.function.empty();
  if (!frame.known) frame.function = pool_.intern(fmt::format("{:#x}", address));
  found->second.push_back(frame);
  return found->second;
}

// An address that the maps of two processes name differently has no name.
std::string_view Symbolizer::jit_name(uint64_t address) {
  while (perf_maps_.size() < processes_.size()) {
    std::string problem;
    perf_maps_.emplace_back(options_.perf_map_directory, processes_[perf_maps_.size()], pool_,
                            problem);
    if (!problem.empty()) notes_.push_back(problem);
  }
  std::string_view name;
  for (const PerfMap& map : perf_maps_) {
    const std::string_view found = map.find(address);
    if (!name.empty() && !found.empty() && name != found) return {};
    if (!found.empty()) name = found;
  }
  return name;
}

}  // namespace thrace

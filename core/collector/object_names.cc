// Keeping the list of named objects.
#include "core/collector/object_names.h"

namespace thrace::collector {
namespace {

constexpr uint32_t kRemember = 3;  // generations: children of forks may still be found

}  // namespace

void ObjectNames::inherit_rest(uint32_t gen) {
  inheritance_.update(gen, [&](ObjectNames& parent, uint64_t time) {
    parent.inherit_rest(gen);
    const auto inherit = [&](uint64_t object, const Entry& entry) {
      if (entry.named > time || (entry.gone && entry.gone <= time)) return;
      if (gone_.contains({object, entry.named})) return;
      put(object, {.size = entry.size, .name = entry.name, .named = entry.named});
    };
    for (const auto& [key, entry] : parent.gone_) inherit(key.first, entry);
    for (const auto& [object, entry] : parent.live_) inherit(object, entry);
  });
}

// The first that took the place or the name of an object that got it at `time`, as far as is known.
ObjectNames::End ObjectNames::end_of(uint64_t object, uint64_t size, uint64_t time) const {
  End first;
  const auto consider = [&](End end) {
    if (end.time > time && (!first.time || end.time < first.time)) first = end;
  };
  auto live = live_.upper_bound(object);
  if (live != live_.begin() && std::prev(live)->first + std::prev(live)->second.size > object)
    --live;
  for (; live != live_.end() && live->first < object + size; ++live)
    consider({live->second.named, live->second.named_gen});
  for (auto at = gone_.lower_bound({object, 0}); at != gone_.end() && at->first.first == object;
       ++at)
    consider({at->second.gone, at->second.gone_gen});
  for (auto at = forgets_.lower_bound({object, 0});
       at != forgets_.end() && at->first.first < object + size; ++at)
    consider({at->first.second, at->second});
  return first;
}

// True if a name of an object that overlaps this one ended at that very time.
bool ObjectNames::ended_any(uint64_t object, uint64_t size, uint64_t time) const {
  for (auto at = gone_.lower_bound({object + size, 0}); at != gone_.begin();) {
    --at;
    if (at->second.gone == time && at->first.first + at->second.size > object) return true;
  }
  return false;
}

void ObjectNames::keep_gone(uint64_t object, Entry entry, End end) {
  entry.gone = end.time;
  entry.gone_gen = end.gen;
  if (gone_.size() < kMost) gone_.try_emplace({object, entry.named}, std::move(entry));
}

// Takes in a name that has ended all that are older.
void ObjectNames::put(uint64_t object, Entry entry) {
  if (const End end = end_of(object, entry.size, entry.named); end.time)
    keep_gone(object, std::move(entry), end);
  else if (live_.size() < kMost)
    live_.try_emplace(object, std::move(entry));
}

// An object takes the place of any that it overlaps, as it does for a reader.  Records come more
// than once, and those of different threads in any order: what is later stays.
void ObjectNames::add(uint64_t object, uint64_t size, std::string_view name, uint32_t gen,
                      uint64_t time) {
  inherit_rest(gen);
  if (gone_.contains({object, time}) || forgets_.contains({object, time})) return;
  if (const auto known = live_.find(object); known != live_.end() && known->second.named == time)
    return;
  bool ends_any = false;
  auto at = live_.upper_bound(object);
  if (at != live_.begin() && std::prev(at)->first + std::prev(at)->second.size > object) --at;
  while (at != live_.end() && at->first < object + size) {
    if (at->second.named > time) {
      ++at;
      continue;
    }
    keep_gone(at->first, std::move(at->second), {time, gen});
    at = live_.erase(at);
    ends_any = true;
  }
  if (!name.empty())
    put(object, {.size = size, .name = std::string(name), .named = time, .named_gen = gen});
  else if (!ends_any && forgets_.size() < kMost && !ended_any(object, size, time))
    forgets_.try_emplace({object, time}, gen);  // perhaps of a name that is still to come
}

// An image keeps what its parent's list says for as long as that may still grow.
void ObjectNames::forget(uint32_t gen) {
  if (inheritance_.open()) return;
  const auto old = [gen](uint32_t gone_gen) { return gone_gen + kRemember < gen; };
  std::erase_if(gone_, [old](const auto& entry) { return old(entry.second.gone_gen); });
  std::erase_if(forgets_, [old](const auto& entry) { return old(entry.second); });
}

}  // namespace thrace::collector

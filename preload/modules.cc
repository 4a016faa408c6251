// Looking at the loader's list of modules.
#include "preload/modules.h"

#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

#include "core/format/build_id.h"
#include "core/tracer/gate.h"
#include "core/tracer/module_event.h"
#include "core/unwind/capture.h"
#include "preload/real.h"

namespace thrace {
namespace {

constexpr uint32_t kMaxKnown = 2048;  // modules beyond those are not recorded
static_assert(2 * BuildId::kMost <= kMaxBuildText);

// A module that was recorded.
struct Known {
  uint32_t id = 0;     // 0: free
  uint32_t round = 0;  // in which it was last seen
  uint64_t start = 0, end = 0;
  uint64_t mark = 0;  // of its name and build-id: another file may take its place in memory
};

// Moved by the one thread that looks (L4).
Known g_known[kMaxKnown];
uint32_t g_used = 0;  // entries that were ever in use
uint32_t g_last_id = 0;
uint64_t g_adds = 0, g_subs = 0;  // the loader's counters when all was recorded
uint64_t g_seen_subs = 0;         // how many modules had gone at the last look
const char* g_executable = "";

// g_wiped.modules; kForked: nobody may look (L6).
enum : uint32_t { kForked = 0, kIdle = 1, kLooking = 2, kAgain = 3 };

// One look at the whole list.
struct Look {
  uint32_t round;
  uint64_t adds = 0, subs = 0;
  bool begun = false;
  bool unchanged = false;
  bool missed = false;  // a record found no room
  uint32_t next = 0;    // where the next module is expected: the list keeps its order
};

uint64_t mix(uint64_t hash, uint64_t value) { return (hash ^ value) * 0x100000001b3; }  // FNV-1a

// True if the file's bytes of a segment are in memory.
bool is_loaded(const dl_phdr_info& info, const ElfW(Phdr) & part) {
  for (unsigned i = 0; i < info.dlpi_phnum; i++) {
    const ElfW(Phdr)& segment = info.dlpi_phdr[i];
    if (segment.p_type == PT_LOAD && segment.p_flags & PF_R && part.p_vaddr >= segment.p_vaddr &&
        part.p_vaddr + part.p_filesz <= segment.p_vaddr + segment.p_filesz)
      return true;
  }
  return false;
}

void find_build(const dl_phdr_info& info, BuildId& build) {
  for (unsigned i = 0; i < info.dlpi_phnum; i++) {
    const ElfW(Phdr)& part = info.dlpi_phdr[i];
    if (part.p_type != PT_NOTE || !is_loaded(info, part)) continue;
    const auto* notes = reinterpret_cast<const char*>(info.dlpi_addr + part.p_vaddr);
    if (find_build_id(notes, part.p_filesz, part.p_align, build)) return;
  }
}

// The place of a module in memory; false if it has none.
bool find_range(const dl_phdr_info& info, uint64_t& start, uint64_t& end) {
  start = ~uint64_t{0};
  end = 0;
  for (unsigned i = 0; i < info.dlpi_phnum; i++) {
    const ElfW(Phdr)& part = info.dlpi_phdr[i];
    if (part.p_type != PT_LOAD) continue;
    const uint64_t low = info.dlpi_addr + part.p_vaddr, high = low + part.p_memsz;
    if (low < start) start = low;
    if (high > end) end = high;
  }
  start &= ~(kPage - 1);
  end = (end + kPage - 1) & ~(kPage - 1);
  return start < end;
}

const char* path_of(const dl_phdr_info& info, uint64_t start) {
  if (start == getauxval(AT_SYSINFO_EHDR)) return "[vdso]";
  return info.dlpi_name && info.dlpi_name[0] ? info.dlpi_name : g_executable;
}

// The entry of a module that is known; nullptr: it is not.
Known* find_known(Look& look, const Known& wanted) {
  for (uint32_t i = 0; i < g_used; i++) {
    const uint32_t at = (look.next + i) % g_used;
    Known& known = g_known[at];
    if (!known.id || known.start != wanted.start || known.end != wanted.end ||
        known.mark != wanted.mark)
      continue;
    look.next = at + 1;
    return &known;
  }
  return nullptr;
}

Known* free_entry() {
  for (uint32_t i = 0; i < g_used; i++)
    if (!g_known[i].id) return &g_known[i];
  return g_used < kMaxKnown ? &g_known[g_used++] : nullptr;
}

void forget(Look& look, Known& known) {
  if (record_module_gone(known.id))
    known.id = 0;
  else
    look.missed = true;
}

// What was where a new module is has gone before it came.
void drop_overlapped(Look& look, const Known& now) {
  for (uint32_t i = 0; i < g_used; i++) {
    Known& known = g_known[i];
    if (known.id && known.start < now.end && now.start < known.end) forget(look, known);
  }
}

int see(dl_phdr_info* info, size_t, void* data) {
  auto& look = *static_cast<Look*>(data);
  if (!look.begun) {
    look.begun = true;
    look.adds = info->dlpi_adds;
    look.subs = info->dlpi_subs;
    look.unchanged = look.adds == g_adds && look.subs == g_subs;
    if (look.unchanged) return 1;
  }
  Known now;
  if (!find_range(*info, now.start, now.end)) return 0;
  BuildId build;
  find_build(*info, build);
  const char* path = path_of(*info, now.start);
  for (const char* c = build.text; *c; c++) now.mark = mix(now.mark, static_cast<uint8_t>(*c));
  for (const char* c = path; *c; c++) now.mark = mix(now.mark, static_cast<uint8_t>(*c));
  if (Known* known = find_known(look, now)) {
    known->round = look.round;
    return 0;
  }
  drop_overlapped(look, now);
  Known* entry = free_entry();
  if (!entry) return 0;
  now.round = look.round;
  now.id = g_last_id + 1;
  if (!record_module({now.id, info->dlpi_addr, now.start, now.end, build.text, path})) {
    look.missed = true;
    return 0;
  }
  g_last_id = now.id;
  *entry = now;
  return 0;
}

void look_once() {
  static uint32_t rounds = 0;
  Look look{.round = ++rounds};
  {
    const InsideLoader inside;
    real.dl_iterate_phdr(see, &look);
  }
  if (look.subs != g_seen_subs) {  // L7
    unwind::begin_unload();
    unwind::end_unload();
    g_seen_subs = look.subs;
  }
  if (look.unchanged) return;
  for (uint32_t i = 0; i < g_used; i++) {
    Known& known = g_known[i];
    if (known.id && known.round != look.round) forget(look, known);
  }
  if (look.missed) return;
  g_adds = look.adds;
  g_subs = look.subs;
}

// True if this thread may look (L3).
bool may_look() {
  if (!recording() || t_local.muted) return false;
  return !t_local.m || !t_local.m->owner.load(std::memory_order_relaxed);
}

}  // namespace

void find_modules(const char* executable) {
  g_executable = executable;
  allow_looks();
  update_modules();
  hand_over_modules();
}

void allow_looks() {
  uint32_t forked = kForked;
  g_wiped.modules.compare_exchange_strong(forked, kIdle);
}

bool looks_are_allowed() { return g_wiped.modules.load() != kForked; }

bool update_modules() {
  if (!may_look()) return false;
  std::atomic<uint32_t>& word = g_wiped.modules;
  uint32_t before = word.load();
  do {
    if (before == kForked) return false;
  } while (!word.compare_exchange_weak(before, before == kIdle ? kLooking : kAgain));
  if (before != kIdle) return false;  // who looks now will look again
  for (;;) {
    look_once();
    uint32_t looking = kLooking;
    if (word.compare_exchange_strong(looking, kIdle)) return true;
    if (looking == kForked) return false;  // a handler has forked, and this is the child
    word.store(kLooking);
  }
}

}  // namespace thrace

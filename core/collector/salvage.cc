// Reading the arena of a collector that died as if it had ended in order.  Whatever the file holds
// is input (design: D1): every index and every length is checked.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <set>

#include "core/collector/arena_file.h"
#include "core/collector/encoder.h"
#include "core/collector/file_name.h"
#include "core/collector/frame_stream.h"
#include "core/collector/header_entries.h"
#include "core/format/arena_source.h"

namespace thrace {
namespace {

using namespace collector;

constexpr uint64_t kSecond = 1'000'000'000;
constexpr int kLevel = 1;
constexpr size_t kHandOn = 1 << 20;

// More generations at a time are in no arena whose collector did its work.
constexpr size_t kMostGenerations = 64;

struct Unmap {
  size_t bytes;
  void operator()(char* base) const { munmap(base, bytes); }
};
using Copy = std::unique_ptr<char, Unmap>;

// A private copy: the file may be changed or cut while it is being read.
Copy load(const std::string& path, std::string& error) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  struct stat info {};
  Copy copy(nullptr, {0});
  if (fd < 0 || fstat(fd, &info) != 0) {
    error = "cannot read " + path + ": " + std::strerror(errno);
  } else if (!S_ISREG(info.st_mode) || info.st_size < static_cast<off_t>(kMinArena) ||
             info.st_size > static_cast<off_t>(kMaxArena)) {
    error = path + " is not an arena of this version of thrace";
  } else {
    const auto bytes = static_cast<size_t>(info.st_size);
    void* map = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) {
      error = "no memory for " + path;
    } else {
      copy = Copy(static_cast<char*>(map), {bytes});
      for (size_t done = 0; done < bytes;) {
        const ssize_t count = pread(fd, copy.get() + done, bytes - done, static_cast<off_t>(done));
        if (count <= 0) break;  // the rest stays zero
        done += static_cast<size_t>(count);
      }
      if (!arena_is_sound(arena_header(copy.get()), bytes)) {
        error = path + " is not an arena of this version of thrace, or is damaged";
        copy.reset();
      }
    }
  }
  if (fd >= 0) close(fd);
  return copy;
}

// A chunk of an M.
struct Found {
  uint32_t page = 0;
  uint32_t cls = 0;
  uint32_t seq = 0;
};

// The first record of an M in a generation.
struct First {
  Event event = Event::None;
  uint64_t time = 0;
  uint32_t arg = 0;
  const uint64_t* record = nullptr;
  uint32_t g = 0;  // on the M then, if a record tells; 0: not known
};

struct Author {  // an M with what it wrote
  MState state;
  std::map<uint32_t, std::vector<Found>> chunks;  // by generation
  std::map<uint32_t, First> first;
};

// The state in which the G of an M must have been for `event` to be its next.
Status status_before(Event event) {
  switch (event) {
    case Event::GoUnblock:
      return Status::Waiting;
    case Event::GoSyscallEnd:
    case Event::GoSyscallEndBlocked:
      return Status::Syscall;
    default:
      return Status::Running;
  }
}

bool introduces(Event event) {
  return event == Event::GoStatus || event == Event::GoStart || event == Event::GoCreateSyscall ||
         event == Event::Lost;
}

// True if the first argument is the G that is on the M already.
bool tells_task(Event event) {
  return event == Event::GoStatus || event == Event::GoDestroy || event == Event::GoDestroySyscall;
}

class Salvage {
 public:
  explicit Salvage(char* base)
      : base_(base), header_(arena_header(base)), encoder_([](MState&) {}) {}

  std::vector<SalvagedTrace> run() {
    find_threads();
    find_chunks();
    std::vector<SalvagedTrace> traces;
    for (uint32_t slot = 0; slot < kProcesses; slot++)
      if (in_use(slot)) traces.push_back(trace(slot, traces.empty()));
    return traces;
  }

 private:
  bool in_use(uint32_t slot) {
    const ProcessPhase phase = arena_process(base_, slot).phase();
    return phase != ProcessPhase::Free && phase != ProcessPhase::Claimed;
  }

  uint64_t* words(uint32_t page) { return reinterpret_cast<uint64_t*>(&arena_chunk(base_, page)); }

  void find_threads() {
    std::set<uint32_t> ids;
    for (uint32_t slot = 1; slot <= kThreads; slot++) {
      const Thread& thread = arena_thread(base_, slot);
      const uint32_t process = thread.process.load(), id = thread.m.load();
      if (thread.phase.load() == ThreadPhase::Free || process >= kProcesses || !in_use(process) ||
          !id || !ids.insert(id).second)
        continue;
      Author& author = authors_[slot];
      author.state.m = id;
      author.state.slot = slot;
      author.state.tid = thread.tid.load();
      author.state.stack_low = thread.stack_low.load();
      author.state.stack_high = thread.stack_high.load();
      author.state.self = thread.handle.load();
      of_process_[process].push_back(&author);
    }
  }

  void find_chunks() {
    for_each_chunk(header_, [&](uint32_t page, uint32_t cls) {
      const ChunkHeader& chunk = arena_chunk(base_, page);
      const uint64_t word = chunk.holder.load();
      const uint32_t gen = chunk.gen.load();
      const auto author = authors_.find(chunk.thread.load());
      if ((word & 3) == static_cast<uint64_t>(Holder::Free) || !gen || author == authors_.end() ||
          author->second.state.m != word >> 32)
        return;
      author->second.chunks[gen].push_back({page, cls, chunk.seq.load()});
    });
    for (auto& [slot, author] : authors_)
      for (auto& [gen, chunks] : author.chunks) {
        std::sort(chunks.begin(), chunks.end(),
                  [](const Found& a, const Found& b) { return a.seq < b.seq; });
        look_at_records(author, gen, chunks);
      }
  }

  // Which Gs are created when, and how each M begins.
  void look_at_records(Author& author, uint32_t gen, const std::vector<Found>& chunks) {
    First& first = author.first[gen];
    for (const Found& found : chunks)
      walk_records(words(found.page), chunk_words(found.cls), gen,
                   [&](uint32_t offset, uint64_t header, const EventSpec& spec) {
                     const uint64_t* record = words(found.page) + offset;
                     const uint32_t arg = RecordHeader::arg(header);
                     if (!first.record) first = {spec.number, record[1], arg, record, 0};
                     if (!first.g && tells_task(spec.number)) first.g = arg;
                     if (spec.number == Event::GoCreate || spec.number == Event::GoCreateSyscall)
                       created_.emplace(arg, gen);
                   });
  }

  // The generations of a process, the newest ones if there are too many.
  std::set<uint32_t> generations(const std::vector<Author*>& authors) {
    std::set<uint32_t> result;
    for (const Author* author : authors)
      for (const auto& [gen, chunks] : author->chunks) {
        result.insert(gen);
        if (result.size() > kMostGenerations) result.erase(result.begin());
      }
    if (result.empty()) result.insert(std::max(header_.gen.load(), 1u));
    return result;
  }

  ClockReading reading_at(uint64_t ticks) const {
    const uint64_t frequency = header_.frequency ? header_.frequency : kSecond;
    const auto passed = static_cast<__int128>(static_cast<int64_t>(ticks - header_.start_ticks)) *
                        static_cast<int64_t>(kSecond) / static_cast<__int128>(frequency);
    const auto ns = static_cast<uint64_t>(passed);
    return {ticks, header_.start_mono + ns, header_.start_wall + ns};
  }

  uint64_t start_of(const std::vector<Author*>& authors, uint32_t gen) const {
    uint64_t start = ~uint64_t{0};
    for (const Author* author : authors) {
      const auto first = author->first.find(gen);
      if (first != author->first.end() && first->second.record)
        start = std::min(start, first->second.time);
    }
    return start == ~uint64_t{0} ? header_.start_ticks : start;
  }

  // The state of a silent M's G in `gen`, as far as it is known: from what it wrote next, or as
  // published if it wrote nothing after.  To a state that it has not told of it came in the last
  // generation at the latest: which it was in before is not known.
  Note silent_state(const Author& author, uint32_t gen, bool last) {
    Note note;
    const Thread& thread = arena_thread(base_, author.state.slot);
    const auto next = author.first.upper_bound(gen);
    if (next != author.first.end()) {
      const First& first = next->second;
      if (first.event != Event::GoStatus) return {};
      note = {gen,
              first.arg,
              static_cast<Status>(first.record[2]),
              static_cast<uint32_t>(first.record[3]),
              first.record[4],
              first.record[5],
              first.record[6]};
    } else {
      note = read_note(thread, gen);
      if (note.untold && !last) return {};
    }
    const auto created = created_.find(note.g);
    const bool not_yet = created != created_.end() && created->second >= gen;
    if (not_yet || !note.g || note.status > Status::Waiting) return {};
    return note;
  }

  // An M whose first chunks were drained before begins in the middle.
  void introduce(GenerationText& text, Author& author, const First& first) {
    if (!first.record || introduces(first.event)) return;
    const uint32_t now = arena_thread(base_, author.state.slot).g.load();
    const uint32_t g = author.state.g ? author.state.g : first.g ? first.g : now;
    author.state.gap = true;
    if (!g) return;  // what follows cannot be placed
    const Note note{text.gen, g, status_before(first.event), 0, 0, 0, first.time};
    encoder_.status(text, author.state, note, first.time);
  }

  void encode(GenerationText& text, Author& author, bool last, FrameStream& stream,
              std::string& data) {
    MState& m = author.state;
    const auto chunks = author.chunks.find(text.gen);
    if (chunks == author.chunks.end()) {
      const Note note = silent_state(author, text.gen, last);
      m.gap = m.gap || note.untold;
      if (note.status != Status::None)
        encoder_.status(text, m, note, note.untold ? std::max(note.since, text.start) : text.start);
    } else {
      introduce(text, author, author.first[text.gen]);
      for (const Found& found : chunks->second) {
        if (text.bytes > kMaxGeneration - 2 * kMaxBatch) break;  // no reader would take more
        encoder_.chunk(text, m, words(found.page), chunk_words(found.cls));
      }
    }
    if (last) {
      const Thread& thread = arena_thread(base_, m.slot);
      m.owed = {thread.lost.load(), thread.lost_from.load(), thread.lost_to.load()};
      if (m.owed.count) encoder_.lost(text, m);
    }
    if (text.out.size() < kHandOn) return;
    stream.data(text.out, data);
    text.out.clear();
  }

  SalvagedTrace trace(uint32_t slot, bool first) {
    const Process& process = arena_process(base_, slot);
    SalvagedTrace trace;
    utsname system{};
    uname(&system);
    const std::string pattern = field_text(header_.output);
    trace.name = file_name(pattern.empty() ? "thrace.%e.%p.thr" : pattern,
                           {field_text(process.program), process.pid(), first}, system.nodename,
                           header_.start_wall);
    FrameStream stream(kLevel);
    stream.header(describe(header_, process), trace.data);
    std::vector<Author*>& authors = of_process_[slot];
    const std::set<uint32_t> gens = generations(authors);
    Modules modules;
    ObjectNames objects;
    for (const uint32_t gen : gens) {
      GenerationText text(gen, start_of(authors, gen), modules, objects);
      const bool last = gen == *gens.rbegin();
      encoder_.clock(text, header_.frequency ? header_.frequency : kSecond, reading_at(text.start));
      encoder_.standing(text);
      for (Author* author : authors) encode(text, *author, last, stream, trace.data);
      encoder_.end(text, last ? EndReason::Salvaged : EndReason::Next, text.start);
      stream.data(text.out, trace.data);
      stream.end_generation(trace.data);
    }
    stream.index(trace.data, stream.frames());
    return trace;
  }

  char* base_;
  const ArenaHeader& header_;
  Encoder encoder_;
  std::map<uint32_t, Author> authors_;  // by slot
  std::map<uint32_t, std::vector<Author*>> of_process_;
  std::map<uint32_t, uint32_t> created_;  // generation in which a G appears
};

}  // namespace

bool is_arena(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return false;
  char magic[sizeof kArenaMagic] = {};
  const ssize_t count = read(fd, magic, sizeof magic);
  close(fd);
  return count == sizeof magic && std::memcmp(magic, kArenaMagic, sizeof magic) == 0;
}

std::vector<SalvagedTrace> salvage_arena(const std::string& path, std::string& error) {
  const Copy copy = load(path, error);
  if (!copy) return {};
  std::vector<SalvagedTrace> traces = Salvage(copy.get()).run();
  if (traces.empty()) error = path + " holds no process";
  return traces;
}

}  // namespace thrace

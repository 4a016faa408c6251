// The arena: one shared file between a session's traced processes and its collector; the contract
// between the two.
//
// Rules
//   A1  The collector makes the file and fills in the header before any process maps it; `phase`
//       becomes Open last.  What a process can reach has its blocks: a chunk comes to a free list only
//       when the file has been extended over it.  The collector removes the file when it ends in order.
//   A2  A traced process only maps the file and closes it.  It never grows it, waits for it or locks.
//   A3  Free chunks are all zero behind their header.  A chunk belongs to whoever moved its `holder`
//       word last: a thread (Held), the queue of full chunks (Full), the collector (Taken), nobody
//       (Free).
//   A4  Thread::tail, Thread::owner, Thread::seq and the published state are written by that thread
//       alone (and by signal handlers on it), with plain stores and *unlocked* compare-exchanges; the
//       collector only reads them.  Everything else that is shared is moved by atomic operations.
//   A5  Ids of Ms and Gs are counted in the header for the whole session and never reused; slots are.
//   A6  Nothing here is a pointer: each process maps the arena at an address of its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace thrace {

inline constexpr char kArenaMagic[8] = {'t', 'h', 'r', 'a', 'r', 'e', 'n', 'a'};
inline constexpr uint32_t kArenaVersion = 5;

inline constexpr size_t kPage = 4096;
inline constexpr size_t kDefaultArena = 64u << 20;
inline constexpr size_t kMinArena = 4u << 20;
inline constexpr size_t kMaxArena = kPage << 20;  // Tail has 20 bits for the page

inline constexpr uint32_t kProcesses = 256;  // process images alive at a time
inline constexpr uint32_t kThreads = 8192;   // threads alive at a time, all processes together

// The sizes of chunks.  A thread starts each generation with the smallest; one that fills several
// gets larger ones.  In stress mode only the smallest is used.
inline constexpr size_t kChunkClasses = 3;
inline constexpr uint32_t kChunkBytes[kChunkClasses] = {4096, 16384, 65536};

enum class Phase : uint32_t {
  Starting = 0,
  Open = 1,    // threads may record
  Closed = 2,  // the collector has ended the session: nobody reads this any more
};

enum class ClockKind : uint32_t { Monotonic = 0, Tsc = 1 };

// A stack of slots or chunks without a lock, usable by processes and signal handlers alike: index of
// the first and a tag against ABA, in one word (Treiber 1986; IBM's tagged compare-and-swap).
// The link to the next one lies in the slot itself.
struct alignas(64) FreeList {
  std::atomic<uint64_t> head;  // tag << 32 | index; index 0 = empty
};

struct ArenaHeader {
  char magic[8];
  uint32_t version;
  uint32_t header_bytes;  // sizeof(ArenaHeader), so that a reader can tell another build's arena
  uint64_t bytes;         // of the whole file
  uint64_t processes;     // offsets from the start of the arena
  uint64_t threads;
  uint32_t first_page[kChunkClasses];  // chunks of a class: `chunks` pieces from this page on
  uint32_t chunks[kChunkClasses];

  ClockKind clock;
  uint32_t stress;       // 4 KiB chunks only, generations without pause
  uint32_t wait_on_full; // THRACE_ON_FULL=wait
  uint32_t light_fence;  // 1: membarrier works, the gate needs no fence of its own
  uint32_t stack_depth;  // frames of a call stack; 0: events carry none
  uint32_t frame_pointers;  // 1: stacks are walked by frame pointers
  uint64_t frequency;    // ticks per second
  uint64_t start_ticks;  // when the session began, with the two clocks at that moment, in ns
  uint64_t start_mono;
  uint64_t start_wall;
  char options[2048];  // "NAME=value\n" of each THRACE_* variable in force
  char output[2048];   // template of the file names, absolute

  alignas(64) std::atomic<Phase> phase;
  std::atomic<uint32_t> gen;  // the current generation; 0 = off (T5)

  alignas(64) std::atomic<uint32_t> next_m;
  std::atomic<uint32_t> next_g;
  std::atomic<uint32_t> next_image;         // counts process images
  std::atomic<uint32_t> forks_pending;      // forks whose child has not claimed a slot yet
  std::atomic<uint32_t> untraced_threads;   // no slot was free
  std::atomic<uint32_t> untraced_processes;
  std::atomic<uint32_t> finished;  // 1: all files are written and the arena's name is removed
  std::atomic<uint32_t> beats;     // counts what the collector gets done: it is alive (T8)

  FreeList free_threads;
  FreeList free_chunks[kChunkClasses];
  alignas(64) std::atomic<uint32_t> full;  // chain of full chunks by page; the collector takes it whole
};

// --- Processes -----------------------------------------------------------------------------------

enum class ProcessPhase : uint32_t {
  Free = 0,
  Claimed = 1,  // being filled in
  Live = 2,
  Exec = 3,  // an exec call is under way: if the image goes, this is why
  Leaving = 4,  // process 1 of a container is about to exit and waits for ArenaHeader::finished (T9)
};

// One process image.
struct alignas(64) Process {
  // pid << 32 | ProcessPhase, 0: free.  One word, so that no slot is ever in use without the pid of
  // whoever uses it: the collector frees those of processes that are gone.
  std::atomic<uint64_t> owner;
  int32_t ppid;
  uint32_t image;          // number of this image in the session, from 1
  uint32_t parent;         // slot of the image it was forked from, + 1; 0: started by exec
  uint64_t claimed;        // ticks
  char program[64];        // last component of the executable's path
  char name[16];           // the kernel's when the program started
  char executable[256];
  char arguments[512];     // NUL after each

  static constexpr uint64_t make(int32_t pid, ProcessPhase phase) {
    return static_cast<uint64_t>(static_cast<uint32_t>(pid)) << 32 | static_cast<uint32_t>(phase);
  }
  ProcessPhase phase() const {
    return static_cast<ProcessPhase>(static_cast<uint32_t>(owner.load(std::memory_order_acquire)));
  }
  // As the process numbers itself, which may be in a namespace of its own.
  int32_t pid() const {
    return static_cast<int32_t>(owner.load(std::memory_order_relaxed) >> 32);
  }

  // Makes a free slot the caller's, Claimed.
  bool claim(int32_t pid) {
    uint64_t free = 0;
    return owner.load(std::memory_order_relaxed) == free &&
           owner.compare_exchange_strong(free, make(pid, ProcessPhase::Claimed));
  }
  // By whoever the slot belongs to.
  void enter(ProcessPhase phase) { owner.store(make(pid(), phase), std::memory_order_release); }
  void free() { owner.store(0, std::memory_order_release); }
};

// --- Threads (Ms) --------------------------------------------------------------------------------

enum class ThreadPhase : uint32_t {
  Free = 0,
  Created = 1,  // its creator has named it; it does not run yet
  Live = 2,
  Ended = 3,  // its task has ended; the thread may still run destructors
};

// The word through which all of a thread's writing goes: where the next record starts, and the
// status of the G on it.  One compare-exchange reserves space and changes the status together, so a
// signal handler at any instruction sees either both or none (T3, T4).
//
//   bits  0-2   Status of the G (0: none)
//   bits  3-16  offset of the next record in the chunk, in words of 8 bytes
//   bits 17-18  class of the chunk
//   bits 19-38  page of the chunk (0: none)
//   bit  39     parity of the number of Wakes in this generation (see Thread::wakes)
//   bits 40-63  generation of the chunk, low 24 bits
struct Tail {
  uint64_t word = 0;

  static constexpr uint32_t kGenMask = (1u << 24) - 1;
  static constexpr uint64_t kWakeParity = uint64_t{1} << 39;

  static constexpr Tail make(uint32_t gen, uint32_t page, uint32_t cls, uint32_t offset,
                             uint32_t status) {
    return {static_cast<uint64_t>(gen & kGenMask) << 40 | static_cast<uint64_t>(page) << 19 |
            static_cast<uint64_t>(cls) << 17 | static_cast<uint64_t>(offset) << 3 | status};
  }
  constexpr uint32_t status() const { return word & 7; }
  constexpr uint32_t offset() const { return word >> 3 & 0x3fff; }
  constexpr uint32_t cls() const { return word >> 17 & 3; }
  constexpr uint32_t page() const { return word >> 19 & 0xfffff; }
  constexpr uint32_t gen() const { return word >> 40; }
  constexpr uint32_t wake_parity() const { return word >> 39 & 1; }
  constexpr bool of(uint32_t g) const { return gen() == (g & kGenMask); }
};

// One M.  Four cache lines: the gate and the writer, the published state, identity, the wait.
struct alignas(64) Thread {
  // The gate (T2) and the writer.
  std::atomic<uint64_t> owner;      // frame address of the outermost open gate; 0 = outside
  std::atomic<uint64_t> seq;        // counts outermost gates
  std::atomic<uint64_t> tail;       // Tail
  std::atomic<uint64_t> wakes;      // generation << 32 | number of Wakes written in it
  std::atomic<uint32_t> entry_gen;  // generation of the open gate; 0 = none chosen yet
  std::atomic<uint32_t> filled;     // chunks filled in this generation (growth, T7)
  std::atomic<uint32_t> status_gen[3];  // [gen%3] == gen: a status was written in gen (T5)
  std::atomic<uint32_t> next_chunk;     // ChunkHeader::seq after a chunk that was given back early
  std::atomic<uint32_t> introduced;     // the gen of the last status, 0: one must be written

  // The published state (T4).  Valid while the status in `tail` is Waiting or Syscall.
  alignas(64) std::atomic<uint64_t> object;  // object, or first argument of the system call
  std::atomic<uint64_t> holder_tid;          // who holds it, 0: not known
  std::atomic<uint64_t> since;               // ticks
  std::atomic<uint64_t> frame;               // frame address of the wrapper
  std::atomic<uint32_t> detail;              // WaitReason or system call number
  std::atomic<uint32_t> lost;                // events lost and not yet told
  std::atomic<uint64_t> lost_from;
  std::atomic<uint64_t> lost_to;
  std::atomic<uint32_t> abandoned;  // 1: a gate was jumped out of, perhaps with a record half-written

  // Identity.
  alignas(64) std::atomic<ThreadPhase> phase;
  std::atomic<uint32_t> next_free;
  std::atomic<uint32_t> m;        // ids of the session, never reused
  std::atomic<uint32_t> g;
  std::atomic<int32_t> tid;       // 0 until it runs
  std::atomic<uint32_t> process;  // slot
  std::atomic<uint64_t> handle;   // pthread_t; this and its stack are set before it is Live
  std::atomic<uint64_t> stack_low;   // bounds of its own stack, 0: not known
  std::atomic<uint64_t> stack_high;
  std::atomic<uint32_t> heals;    // stale gates found (statistics)

  // The wait (who woke whom).
  alignas(64) std::atomic<uint64_t> wait_object;  // 0: not waiting
  std::atomic<uint64_t> wait_stamp;               // by the waker; 0: none yet
  std::atomic<uint64_t> wait_since;
};
static_assert(sizeof(Thread) == 256);

// --- Chunks --------------------------------------------------------------------------------------

enum class Holder : uint32_t { Free = 0, Held = 1, Full = 2, Taken = 3 };

// The start of each chunk; records follow.
struct ChunkHeader {
  // m << 32 | (gen & Tail::kGenMask) << 2 | Holder: so a compare-exchange cannot hit a chunk that has
  // meanwhile gone to another.
  std::atomic<uint64_t> holder;
  std::atomic<uint32_t> next;    // page of the next in a free list or in the chain of full ones
  std::atomic<uint32_t> thread;  // slot of the M
  std::atomic<uint32_t> gen;
  std::atomic<uint32_t> seq;     // order among the chunks of this M in this generation, from 0
  std::atomic<uint64_t> filled_seq;  // Thread::seq when it became full
  std::atomic<uint32_t> filled;      // words in use when it became full; 0: it was never full
  uint32_t reserved;

  static constexpr uint64_t make(uint32_t m, uint32_t gen, Holder holder) {
    return static_cast<uint64_t>(m) << 32 | static_cast<uint64_t>(gen & Tail::kGenMask) << 2 |
           static_cast<uint32_t>(holder);
  }
};
static_assert(sizeof(ChunkHeader) == 40);
inline constexpr uint32_t kChunkHeaderWords = sizeof(ChunkHeader) / 8;

// --- Records -------------------------------------------------------------------------------------

// A record: a header word, the time in ticks, then one word for each argument after the first (E2),
// a String as zero-padded bytes.  The header is written twice: Reserved before the payload, Committed
// after it.  A word that is 0 where a header should be is space whose writer was thrown out before it
// could write the first header: skip one word (T3).
//
//   bits  0-7   RecordState
//   bits  8-15  Event, and kStackBit if a stack follows the arguments (E4)
//   bits 16-23  generation, low 8 bits
//   bits 24-31  length in words, header included
//   bits 32-63  first argument
enum class RecordState : uint8_t { Reserved = 1, Committed = 3 };

struct RecordHeader {
  static constexpr uint64_t make(RecordState state, uint8_t event, uint32_t gen, uint32_t words,
                                 uint32_t arg) {
    return static_cast<uint64_t>(arg) << 32 | static_cast<uint64_t>(words & 0xff) << 24 |
           static_cast<uint64_t>(gen & 0xff) << 16 | static_cast<uint64_t>(event) << 8 |
           static_cast<uint8_t>(state);
  }
  static constexpr uint8_t state(uint64_t word) { return word & 0xff; }
  static constexpr uint8_t event(uint64_t word) { return word >> 8 & 0xff; }
  static constexpr uint8_t gen(uint64_t word) { return word >> 16 & 0xff; }
  static constexpr uint32_t words(uint64_t word) { return word >> 24 & 0xff; }
  static constexpr uint32_t arg(uint64_t word) { return word >> 32; }
};

// --- Access --------------------------------------------------------------------------------------

inline ArenaHeader& arena_header(char* base) { return *reinterpret_cast<ArenaHeader*>(base); }

inline Process& arena_process(char* base, uint32_t slot) {
  return reinterpret_cast<Process*>(base + arena_header(base).processes)[slot];
}

// Slots of threads count from 1: 0 ends a free list.
inline Thread& arena_thread(char* base, uint32_t slot) {
  return reinterpret_cast<Thread*>(base + arena_header(base).threads)[slot];
}

inline ChunkHeader& arena_chunk(char* base, uint32_t page) {
  return *reinterpret_cast<ChunkHeader*>(base + static_cast<size_t>(page) * kPage);
}

}  // namespace thrace

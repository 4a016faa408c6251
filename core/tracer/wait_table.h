// The wait table: who waits for which object, found by the object's address; and who released it
// last.  One cache line per bucket.
//
// Rules
//   W1  A waiter registers after its GoBlock and before the real call, and leaves after it.
//   W2  A releaser stamps before the real release (the wakee may run before its next instruction),
//       and only with a Wake that it has written (a dropped Wake stamps nothing).
//   W3  Objects whose release hands them to whoever comes next (mutex, rwlock, spin, once, barrier,
//       thread) are stamped in the bucket: the last release before an acquisition is its cause.
//       Tokens (semaphore, condition variable, futex) are stamped at one waiter for each token, the
//       one that waits longest without a stamp; a stamp stays until its waiter leaves.
//   W4  A registration that was jumped out of (siglongjmp, cancellation) ends when the jump is found
//       out, at the latest with the M's task.  What remains: a thread that ends without a word (a raw
//       exit) and a jump out of the middle of registering leave the bucket's count too high for ever.
//       That can cost a look, never name a wrong waiter: the waiter's own words decide.
#pragma once

#include <atomic>
#include <cstdint>

namespace thrace {

// Who released, as one word: tag of the object, M, generation and number of the Wake.
//   bits 0-21 seq   bits 22-31 generation   bits 32-55 M   bits 56-63 tag of the object
struct Stamp {
  uint64_t word = 0;

  static constexpr uint32_t kGens = 1u << 10;
  static constexpr uint32_t kMaxM = (1u << 24) - 1;    // threads beyond it stamp nothing
  static constexpr uint32_t kMaxSeq = (1u << 22) - 1;  // a generation's volume does not reach it

  static constexpr Stamp make(uint64_t object, uint32_t m, uint32_t gen, uint32_t seq) {
    return {tag(object) << 56 | static_cast<uint64_t>(m) << 32 |
            static_cast<uint64_t>(gen % kGens) << 22 | seq};
  }
  // Other bits of the product than those that choose the bucket.
  static constexpr uint64_t tag(uint64_t object) {
    return (object * 0x9E3779B97F4A7C15u >> 40) & 0xff;
  }
  constexpr bool of(uint64_t object) const { return word && word >> 56 == tag(object); }
  constexpr uint32_t m() const { return word >> 32 & 0xffffff; }
  constexpr uint32_t seq() const { return word & 0x3fffff; }
  // How many generations before `now` it was made.
  constexpr uint32_t age(uint32_t now) const { return (now - (word >> 22)) % kGens; }
};

struct alignas(64) WaitBucket {
  static constexpr uint32_t kNamed = 10;

  std::atomic<uint32_t> waiters;        // registered now, named or not
  std::atomic<uint32_t> named[kNamed];  // slots of their Ms, 0 = free; those beyond are only counted
  std::atomic<uint64_t> released;       // Stamp of the last release of an object of this bucket
};
static_assert(sizeof(WaitBucket) == 64);

struct WaitTable {
  static constexpr uint32_t kBuckets = 4096;  // 256 KiB

  WaitBucket buckets[kBuckets];

  // Objects are at least 4 bytes apart; the multiplier is 2^64 / golden ratio (Knuth, TAOCP 3, 6.4).
  WaitBucket& of(uint64_t object) {
    return buckets[(object >> 2) * 0x9E3779B97F4A7C15u >> 52];
  }
};

}  // namespace thrace

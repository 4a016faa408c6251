// Damaged unwind tables: whatever the bytes are, a rule comes out and nothing else is read.  Under
// AddressSanitizer the tables lie in a heap block of their exact size.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>

#include "core/unwind/cfi.h"
#include "core/unwind/expression.h"
#include "core/unwind/image_for_test.h"

namespace thrace::unwind {
namespace {

// This program's tables, from .eh_frame_hdr to the end of their segment, where they can be damaged.
class HostileTest : public testing::Test {
 protected:
  static constexpr uint64_t kBytes = 16 << 10;

  void SetUp() override {
    const Image image("/proc/self/exe");
    ASSERT_TRUE(image.ok());
    const std::vector<uint64_t> entries = image.entries();
    // The header is moved with its table and what follows: all is relative to itself.
    code_ = image.base();
    header_ = image.header();
    ASSERT_TRUE(image.memory().contains(header_, kBytes));
    good_.assign(reinterpret_cast<const uint8_t*>(header_),
                 reinterpret_cast<const uint8_t*>(header_) + kBytes);
    for (const uint64_t entry : entries) addresses_.push_back(code_ + entry - header_);
  }

  // Asks for the rules of all entries, of a copy of the tables that is `size` bytes long.
  void ask(const std::vector<uint8_t>& bytes, size_t size) const {
    const auto copy = std::make_unique<uint8_t[]>(size);
    std::memcpy(copy.get(), bytes.data(), size);
    const auto at = reinterpret_cast<uint64_t>(copy.get());
    const Memory memory(at, at + size);
    for (const uint64_t address : addresses_)
      for (const uint64_t offset : {0, 4, 20}) {
        bool last;
        rule_for(memory, at, at + address + offset, last);
      }
  }

  uint64_t code_ = 0, header_ = 0;
  std::vector<uint64_t> addresses_;  // of code, from the header
  std::vector<uint8_t> good_;
};

TEST_F(HostileTest, Truncated) {
  for (size_t size = 0; size < good_.size(); size += size < 64 ? 1 : 61) ask(good_, size);
}

TEST_F(HostileTest, BitsFlipped) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; round++) {
    std::vector<uint8_t> bytes = good_;
    for (int i = 0; i < 1 << (round % 12); i++)
      bytes[random() % bytes.size()] ^= static_cast<uint8_t>(1u << random() % 8);
    ask(bytes, bytes.size());
  }
}

TEST_F(HostileTest, Noise) {
  std::mt19937 random(2);
  for (int round = 0; round < 300; round++) {
    std::vector<uint8_t> bytes = good_;
    // The header and its table stay, the entries are noise; or only the header stays.
    const size_t kept = round % 2 ? 12 : 12 + 8 * std::min<size_t>(addresses_.size(), 500);
    for (size_t i = kept; i < bytes.size(); i++) bytes[i] = static_cast<uint8_t>(random());
    ask(bytes, bytes.size());
  }
}

TEST_F(HostileTest, ExpressionsOfNoise) {
  std::mt19937 random(3);
  for (int round = 0; round < 200'000; round++) {
    const size_t size = random() % 12;
    const auto bytes = std::make_unique<uint8_t[]>(size);
    for (size_t i = 0; i < size; i++) bytes[i] = static_cast<uint8_t>(random());
    const auto at = reinterpret_cast<uint64_t>(bytes.get());
    Value value;
    evaluate({at, at + size}, at, at + size, random(), value);
  }
}

}  // namespace
}  // namespace thrace::unwind

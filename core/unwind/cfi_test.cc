// Every row of the unwind tables of real libraries and programs, judged by elfutils.
#include "core/unwind/cfi.h"

#include <gtest/gtest.h>
#include <link.h>

#include <set>

#include "core/unwind/image_for_test.h"
#include "core/unwind/judge_for_test.h"

namespace thrace::unwind {
namespace {

// What a rule says of the invented machine.
struct Said {
  uint64_t cfa = 0;
  Location rbp;
};

Said apply(Rule rule) {
  Said said;
  const bool by_rbp = rule.cfa() == Rule::Rbp || rule.cfa() == Rule::AtRbp;
  const uint64_t base = invented_register(by_rbp ? 6 : 7);
  said.cfa = rule.cfa() == Rule::Rsp || rule.cfa() == Rule::Rbp
                 ? base + rule.offset()
                 : invented_word(base + static_cast<uint64_t>(rule.indirect_offset())) + rule.add();
  switch (rule.rbp()) {
    case Rule::Saved::Same:
      said.rbp = {Location::Kind::Same};
      break;
    case Rule::Saved::AtCfa:
      said.rbp = {Location::Kind::InMemory, said.cfa - rule.rbp_below()};
      break;
    case Rule::Saved::AtRbp:
      said.rbp = {Location::Kind::InMemory, invented_register(6)};
      break;
    case Rule::Saved::Lost:
      said.rbp = {Location::Kind::Elsewhere};
      break;
  }
  return said;
}

// Bytes of code, by what became of them.
struct Tally {
  uint64_t all = 0, none = 0, lost = 0, signal = 0, bottom = 0;
  uint64_t addresses = 0;
};

// What compilers write for C: base rsp or rbp, less than 1 MiB of frame, the return address below.
bool is_usual(const Verdict& verdict) {
  return verdict.cfa_by_register && (verdict.cfa_column == 6 || verdict.cfa_column == 7) &&
         *verdict.cfa - invented_register(verdict.cfa_column) < 1 << 20 &&
         verdict.rip.kind == Location::Kind::InMemory && verdict.rip.address == *verdict.cfa - 8;
}

// Compares the rule for one address with the verdict and counts `bytes` of code.
void compare(const Verdict& verdict, uint64_t pc, const Rule& rule, uint64_t bytes, Tally& tally) {
  tally.all += bytes;
  tally.addresses++;
  switch (rule.cfa()) {
    case Rule::Signal:
      EXPECT_TRUE(verdict.signal) << std::hex << pc;
      tally.signal += bytes;
      return;
    case Rule::Bottom:
      EXPECT_EQ(verdict.rip.kind, Location::Kind::Undefined) << std::hex << pc;
      tally.bottom += bytes;
      return;
    case Rule::None:
      EXPECT_FALSE(is_usual(verdict)) << std::hex << pc;
      tally.none += bytes;
      return;
    default:
      break;
  }
  EXPECT_FALSE(verdict.signal) << std::hex << pc;
  ASSERT_TRUE(verdict.cfa) << std::hex << pc;
  const Said said = apply(rule);
  EXPECT_EQ(said.cfa, *verdict.cfa) << std::hex << pc;
  EXPECT_EQ(verdict.rip.kind, Location::Kind::InMemory) << std::hex << pc;
  EXPECT_EQ(verdict.rip.address, said.cfa - 8) << std::hex << pc;
  if (rule.rbp() == Rule::Saved::Lost) {
    tally.lost += bytes;
    return;
  }
  EXPECT_EQ(verdict.rbp.kind, said.rbp.kind) << std::hex << pc;
  EXPECT_EQ(verdict.rbp.address, said.rbp.address) << std::hex << pc;
}

struct Subject {
  const char* name;
  const char* path;      // nullptr: the library of this name in this process
  uint64_t every;        // of so many entries one is looked at
  double inexpressible;  // percent of the code that may have no rule
};

void PrintTo(const Subject& subject, std::ostream* out) { *out << subject.name; }

std::string path_of(const Subject& subject) {
  if (subject.path) return subject.path;
  struct Search {
    std::string name, path;
  } search{subject.name, {}};
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* data) {
        auto& wanted = *static_cast<Search*>(data);
        const std::string path = info->dlpi_name;
        if (path.find("/" + wanted.name) != std::string::npos) wanted.path = path;
        return 0;
      },
      &search);
  return search.path;
}

class CfiTest : public testing::TestWithParam<Subject> {};

TEST_P(CfiTest, SaysWhatElfutilsSays) {
  const Subject& subject = GetParam();
  const std::string path = path_of(subject);
  const Image image(path);
  const Judge judge(path);
  ASSERT_TRUE(image.ok() && judge.ok()) << path;
  const Memory memory = image.memory();
  const auto rule_at = [&](uint64_t pc) {
    bool last;
    return rule_for(memory, image.header(), image.base() + pc, last);
  };

  Tally tally;
  std::set<uint32_t> different;
  uint64_t number = 0;
  for (const uint64_t entry : image.entries()) {
    if (number++ % subject.every) continue;
    std::optional<Verdict> verdict;
    for (uint64_t pc = entry; (verdict = judge.about(pc)); pc = verdict->end) {
      if (verdict->begin != pc) break;  // the next function's
      const uint64_t bytes = verdict->end - verdict->begin;
      const Rule rule = rule_at(pc);
      different.insert(rule.bits());
      compare(*verdict, pc, rule, verdict->cfa_by_register ? bytes : 1, tally);
      if (verdict->cfa_by_register) {
        EXPECT_EQ(rule_at(verdict->end - 1), rule) << std::hex << pc;
      } else {  // it may depend on the address (a PLT)
        for (uint64_t next = pc + 1; next < verdict->end; next++)
          compare(judge.about(next).value(), next, rule_at(next), 1, tally);
      }
    }
  }
  std::printf(
      "%s: %lu bytes of code at %lu addresses, %zu rules; no rule %.4f %%, rbp lost %.4f %%\n",
      subject.name, tally.all, tally.addresses, different.size(),
      100.0 * static_cast<double>(tally.none) / static_cast<double>(tally.all),
      100.0 * static_cast<double>(tally.lost) / static_cast<double>(tally.all));
  EXPECT_GT(tally.addresses, 100u);
  EXPECT_LE(100.0 * static_cast<double>(tally.none + tally.lost),
            subject.inexpressible * static_cast<double>(tally.all));
}

constexpr Subject kSubjects[] = {
    {"libc.so.6", nullptr, 1, 0.1},
    // Lazy binding keeps the CFA in rbx (_dl_runtime_resolve).
    {"ld-linux-x86-64.so.2", nullptr, 1, 3},
    {"libstdc++.so.6", nullptr, 1, 0.1},
    {"libm.so.6", nullptr, 1, 0.1},
    // Hand-written leaf functions keep the CFA in r11, r9 or rax.
    {"libcrypto", "/usr/lib/x86_64-linux-gnu/libcrypto.so.3", 1, 5},
    {"redis", "/usr/bin/redis-server", 1, 0.1},
    {"nginx", "/usr/sbin/nginx", 1, 0.1},
    {"python", "/usr/bin/python3", 1, 0.1},
    {"test", "/proc/self/exe", 1, 0.1},
    {"sqlite", "/usr/bin/sqlite3", 1, 0.1},
    {"compiler", "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", 50, 0.1},
};

INSTANTIATE_TEST_SUITE_P(Debian, CfiTest, testing::ValuesIn(kSubjects), [](const auto& info) {
  std::string name;
  for (const char letter : std::string(info.param.name))
    if (isalnum(letter)) name += letter;
  return name;
});

}  // namespace
}  // namespace thrace::unwind

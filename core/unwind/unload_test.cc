// Modules that come and go: rules of one that is gone are never used, its tables are never read.
#include <dlfcn.h>
#include <sys/wait.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "core/unwind/learn.h"
#include "core/unwind/live_for_test.h"
#include "core/unwind/rule_table.h"

namespace thrace::unwind {
namespace {

using Function = void (*)();
using Call = int (*)(Function);

StackBounds g_own;
Stack g_seen;

void see() { g_seen = captured_as_judged(g_own); }

// A module with a function that calls back; unloaded as a wrapper of dlclose does it.
class Plugin {
 public:
  explicit Plugin(const char* path) : handle_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    EXPECT_TRUE(handle_) << dlerror();
    call_ = reinterpret_cast<Call>(dlsym(handle_, "plugin_call"));
  }
  ~Plugin() {
    begin_unload();
    EXPECT_EQ(dlclose(handle_), 0);
    end_unload();
    unw_flush_cache(unw_local_addr_space, 0, 0);  // the judge's; nothing else tells it
  }
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

  void call(Function function) const { call_(function); }
  uint64_t address() const { return reinterpret_cast<uint64_t>(call_); }

 private:
  void* handle_;
  Call call_;
};

TEST(Unload, AnotherModuleAtTheSamePlace) {
  g_own = own_stack();
  uint64_t address = 0;
  Rule before;
  for (const char* path : {THRACE_PLUGIN_SMALL, THRACE_PLUGIN_LARGE}) {
    const Plugin plugin(path);
    // The second module's frame is larger: by the first one's rule the stack would be another.
    g_seen = {};
    plugin.call(see);
    ASSERT_GT(g_seen.frames.size(), 2u);
    if (!address) address = g_seen.frames[2];
    ASSERT_EQ(g_seen.frames[2], address) << "the loader has put it elsewhere";
    EXPECT_EQ(g_seen.end, StackEnd::Bottom);
    const Rule rule = g_rules.find(address - 1);
    EXPECT_NE(rule, Rule());
    EXPECT_NE(rule, before);
    before = rule;
  }
}

TEST(Unload, NothingIsLearntMeanwhile) {
  g_own = own_stack();
  uint64_t frames[kDepth];
  for (const bool unloading : {false, true, false}) {
    if (unloading) begin_unload();
    EXPECT_EQ(capture(frames, kDepth, g_own, Mode::Rules).end, StackEnd::Bottom);
    if (!unloading) continue;
    const Captured unseen = capture(frames, kDepth, g_own, Mode::Rules);
    EXPECT_EQ(unseen.end, StackEnd::Busy);
    EXPECT_EQ(unseen.count, 1u);
    end_unload();
  }
}

TEST(Unload, OneAfterWhichAllIsThereForgetsNothing) {
  uint64_t frames[kDepth];
  for (const bool gone : {false, true}) {
    ASSERT_EQ(capture(frames, kDepth, own_stack(), Mode::Rules).end, StackEnd::Bottom);
    begin_unload();
    end_unload(gone);
    EXPECT_EQ(g_rules.find(frames[0] - 1) == Rule(), gone);
  }
}

TEST(Unload, LearnersRaceWithUnloads) {
  std::atomic<uint64_t> target{0};
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> learnt{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; i++)
    threads.emplace_back([&] {
      while (!stop)
        if (const uint64_t pc = target) learnt += learn(pc + 1).cfa() == Rule::Rsp;
    });
  // A second at least; longer where a busy machine does not come to it.
  const auto begin = std::chrono::steady_clock::now();
  uint64_t unloads = 0;
  const auto enough = [&] {
    const auto lasted = std::chrono::steady_clock::now() - begin;
    const bool raced = unloads >= 20 && learnt > 20;
    return lasted >= std::chrono::seconds(raced ? 1 : 30);
  };
  for (; !enough(); unloads++) {
    const Plugin plugin(unloads % 2 ? THRACE_PLUGIN_SMALL : THRACE_PLUGIN_LARGE);
    target = plugin.address();
    for (int i = 0; i < 1000; i++) asm volatile("pause");
  }
  stop = true;
  threads.clear();
  std::printf("%lu unloads, %lu rules learnt\n", static_cast<unsigned long>(unloads),
              static_cast<unsigned long>(learnt));
  EXPECT_GT(unloads, 10u);
  EXPECT_GT(learnt, 10u);
}

// What `question` answers in the child of a fork.
template <typename Question>
bool in_child(Question question) {
  const pid_t child = fork();
  if (child == 0) {
    after_fork();
    _exit(question() ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status) == 0;
}

bool learns() {
  uint64_t frames[kDepth];
  return capture(frames, kDepth, {}, Mode::Rules).end == StackEnd::Bottom;
}

TEST(Unload, AForkedChildLearnsAgain) {
  begin_unload();
  EXPECT_TRUE(in_child(learns));
  end_unload();
}

TEST(Unload, AForkedChildForgetsWhatAnotherThreadUnloads) {
  uint64_t frames[kDepth];
  for (const bool unloading : {true, false}) {
    ASSERT_EQ(capture(frames, kDepth, own_stack(), Mode::Rules).end, StackEnd::Bottom);
    if (unloading) begin_unload();
    EXPECT_EQ(in_child([&] { return g_rules.find(frames[0] - 1) == Rule(); }), unloading);
    if (unloading) end_unload();
  }
}

// A destructor that a dlclose runs makes a child, in which the dlclose goes on.
TEST(Unload, AChildMadeInsideOfAnUnloadLearnsAfterIt) {
  begin_unload();
  EXPECT_TRUE(in_child([] {
    end_unload();
    return learns();
  }));
  end_unload();
}

TEST(Unload, EpochsComeRoundWithoutOldRules) {
  uint64_t frames[kDepth];
  for (int i = 0; i < 600; i++) {
    const Captured got = capture(frames, kDepth, own_stack(), Mode::Rules);
    ASSERT_EQ(got.end, StackEnd::Bottom);
    ASSERT_NE(g_rules.find(frames[0] - 1), Rule());
    begin_unload();
    end_unload();
    ASSERT_EQ(g_rules.find(frames[0] - 1), Rule());
  }
}

}  // namespace
}  // namespace thrace::unwind

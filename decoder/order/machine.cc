// The Gs and Ms that the state machine knows.  The transitions are in transitions.cc.
#include "decoder/order/machine.h"

namespace thrace {

void StateMachine::begin(uint64_t generation, bool first, bool gap) {
  generation_ = generation;
  first_ = first;
  loose_ = false;
  if (gap) {
    lossy_ = true;
    tasks_.each([](uint64_t, std::unique_ptr<Task>& task) { task->known = false; });
    threads_.each([](uint64_t, std::unique_ptr<Thread>& thread) { thread->astray = true; });
  }
  threads_.each([](uint64_t, std::unique_ptr<Thread>& thread) {
    thread->wakes = 0;
    thread->lost = false;
  });
}

void StateMachine::end() {
  std::vector<uint64_t> idle;
  threads_.each([&](uint64_t m, const std::unique_ptr<Thread>& thread) {
    if (!thread->task && !thread->astray) idle.push_back(m);
  });
  for (const uint64_t m : idle) threads_.erase(m);
}

Thread& StateMachine::thread(uint64_t m) {
  std::unique_ptr<Thread>& entry = threads_[m];
  if (!entry) {
    entry = std::make_unique<Thread>();
    entry->m = m;
  }
  return *entry;
}

const Thread* StateMachine::find_thread(uint64_t m) const {
  const auto* entry = threads_.find(m);
  return entry ? entry->get() : nullptr;
}

Task* StateMachine::task(uint64_t g) {
  auto* entry = tasks_.find(g);
  return entry ? entry->get() : nullptr;
}

Task& StateMachine::create(uint64_t g) {
  std::unique_ptr<Task>& entry = tasks_[g];
  entry = std::make_unique<Task>();
  entry->g = g;
  entry->mentioned = generation_;
  return *entry;
}

void StateMachine::remove(Task& task) {
  unbind(task);
  tasks_.erase(task.g);
}

void StateMachine::unbind(Task& task) {
  if (task.m != 0) thread(task.m).task = nullptr;
  task.m = 0;
}

// An M has one G at most: one that is still there was lost sight of and is gone.
void StateMachine::bind(Thread& thread, Task& task) {
  if (thread.task == &task) return;
  if (thread.task) remove(*thread.task);
  unbind(task);
  thread.task = &task;
  task.m = thread.m;
  thread.astray = false;
}

}  // namespace thrace

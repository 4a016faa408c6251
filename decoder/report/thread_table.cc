// Adding up threads, and their columns.
#include "decoder/report/thread_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "decoder/report/titles.h"

namespace thrace {
namespace {

// The numbers of a row that add up.
constexpr uint64_t ThreadRow::*kSums[] = {
    &ThreadRow::running,   &ThreadRow::runnable, &ThreadRow::syscall, &ThreadRow::waiting,
    &ThreadRow::waits,     &ThreadRow::syscalls, &ThreadRow::wakes,   &ThreadRow::blocked_syscalls,
    &ThreadRow::creations, &ThreadRow::lost};

std::string state_text(const ThreadRow& row) {
  const auto state = enum_text(ArgType::Status, static_cast<uint64_t>(row.last));
  return std::string(state.empty() ? "ended" : state);
}

void add(ThreadRow& sum, const ThreadRow& row) {
  for (const auto member : kSums) sum.*member += row.*member;
  for (size_t i = 0; i < kReasons; i++) sum.reasons[i] += row.reasons[i];
}

// "3 waiting, 1 ended".
std::string states_text(const std::map<std::string, uint64_t>& states) {
  std::string text;
  for (const auto& [state, count] : states)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, state);
  return text;
}

std::vector<ThreadSum> grouped(const std::vector<ThreadSum>& threads) {
  std::vector<ThreadSum> groups;
  std::vector<std::map<std::string, uint64_t>> states;
  std::map<std::pair<uint32_t, std::string>, size_t> places;
  for (const ThreadSum& thread : threads) {
    const auto [at, fresh] =
        places.try_emplace({thread.row.process, thread.row.group}, groups.size());
    if (fresh) {
      groups.push_back(thread);
      groups.back().row.name = thread.row.group;
      groups.back().row.tid = 0;
      states.emplace_back();
    } else {
      ThreadSum& group = groups[at->second];
      add(group.row, thread.row);
      group.threads++;
      if (group.row.start != thread.row.start) group.row.start = 0;
    }
    states[at->second][thread.state]++;
  }
  for (size_t i = 0; i < groups.size(); i++) groups[i].state = states_text(states[i]);
  return groups;
}

Field<ThreadSum> count(const char* name, const char* title, uint64_t ThreadRow::*member,
                       bool optional) {
  return {{name, title, Unit::Count, optional},
          [member](const ThreadSum& sum) { return sum.row.*member; }};
}

// A state as time and as a share of all time.
void add_state(std::vector<Field<ThreadSum>>& fields, const std::string& name,
               uint64_t ThreadRow::*member, bool optional) {
  fields.push_back({{name, name, Unit::Nanos, optional},
                    [member](const ThreadSum& sum) { return sum.row.*member; }});
  fields.push_back({{name + "_share", "%", Unit::Share, optional}, [member](const ThreadSum& sum) {
                      return thousandths(sum.row.*member, sum.row.total());
                    }});
}

}  // namespace

std::vector<ThreadSum> thread_sums(const Analysis& analysis, const Filter& filter) {
  std::vector<ThreadSum> threads;
  for (const ThreadRow& row : analysis.threads)
    if (!row.failed && row.picked) threads.push_back({row, 1, state_text(row)});
  return filter.group ? grouped(threads) : threads;
}

Table thread_table(const Analysis& analysis, Names& names, const Filter& filter) {
  std::vector<Field<ThreadSum>> fields;
  if (analysis.programs.size() > 1)
    fields.push_back({{"pid", "pid"}, [](const ThreadSum& sum) { return sum.row.pid; }});
  fields.push_back({{"name", "thread"}, [](const ThreadSum& sum) { return sum.row.name; }});
  if (filter.group)
    fields.push_back(
        {{"threads", "threads", Unit::Count}, [](const ThreadSum& sum) { return sum.threads; }});
  else
    fields.push_back(
        {{"tid", "tid", Unit::Count}, [](const ThreadSum& sum) { return sum.row.tid; }});
  fields.push_back({{"start", "", Unit::Address, false, true},
                    [](const ThreadSum& sum) { return sum.row.start; }});
  fields.push_back({{"routine", "start routine", Unit::Text, true}, [&](const ThreadSum& sum) {
                      return names.routine(sum.row.start_module, sum.row.start);
                    }});
  fields.push_back(
      {{"total", "total", Unit::Nanos}, [](const ThreadSum& sum) { return sum.row.total(); }});
  add_state(fields, "running", &ThreadRow::running, false);
  add_state(fields, "runnable", &ThreadRow::runnable, true);
  add_state(fields, "syscall", &ThreadRow::syscall, true);
  add_state(fields, "waiting", &ThreadRow::waiting, false);
  for (uint64_t reason = 1; reason < kReasons; reason++) {
    const std::string name(enum_text(ArgType::Wait, reason));
    if (!name.empty())
      fields.push_back({{name, name, Unit::Nanos, true},
                        [reason](const ThreadSum& sum) { return sum.row.reasons[reason]; }});
  }
  fields.push_back(count("waits", "waits", &ThreadRow::waits, false));
  fields.push_back(count("wakes", "wakes", &ThreadRow::wakes, false));
  fields.push_back(count("syscalls", "calls", &ThreadRow::syscalls, true));
  fields.push_back(count("blocked_syscalls", "slow", &ThreadRow::blocked_syscalls, true));
  fields.push_back(count("creations", "created", &ThreadRow::creations, true));
  fields.push_back(count("lost", "lost", &ThreadRow::lost, true));
  fields.push_back({{"state", "at the end"}, [](const ThreadSum& sum) { return sum.state; }});
  return make_table(fields, thread_sums(analysis, filter));
}

}  // namespace thrace

// From pieces of time to rows.
#include "decoder/export/sqlite_export.h"

#include <fmt/core.h>

#include <map>
#include <tuple>

#include "decoder/export/safe_text.h"
#include "decoder/export/sqlite_schema.h"
#include "decoder/export/stack_place.h"
#include "decoder/report/analysis.h"
#include "decoder/text/syscall_name.h"

namespace thrace {
namespace {

constexpr int kKindShift = 56;       // user addresses have 56 bits at most
constexpr uint64_t kMaxValues = 64;  // more than any enumeration has
constexpr uint64_t kLost = kMaxValues;

struct EnumTable {
  const char* table;
  ArgType type;
};
constexpr EnumTable kEnums[] = {{"status", ArgType::Status},
                                {"reason", ArgType::Wait},
                                {"outcome", ArgType::Outcome},
                                {"wake_kind", ArgType::Wake}};

// A value of an enumeration, if the event table has it: a trace may say anything.
void add_value(SqliteInsert& row, ArgType type, uint64_t value) {
  if (enum_text(type, value).empty())
    row.null();
  else
    row.number(value);
}

}  // namespace

struct SqliteExport::Statements {
  explicit Statements(SqliteDatabase& database)
      : piece(database,
              "state (state_id, thread_id, status_id, start_ns, duration_ns, ended, stack_id, "
              "number, blocked, error, before_ns)",
              11),
        wait(database,
             "state (state_id, thread_id, status_id, start_ns, duration_ns, ended, stack_id, "
             "reason_id, object_id, owner_tid, outcome_id, before_ns)",
             12),
        wake(database, "wake", 8) {}

  SqliteInsert piece, wait, wake;
};

SqliteExport::SqliteExport(const StackTable& stacks, Names& names, std::string path)
    : stacks_(stacks), names_(names), database_(std::move(path)) {
  database_.run(kSqliteTables);
  statements_ = std::make_unique<Statements>(database_);
  for (const EnumTable& entry : kEnums) {
    SqliteInsert insert(database_, entry.table, 2);
    for (uint64_t value = 0; value < kMaxValues; value++)
      if (const auto text = enum_text(entry.type, value); !text.empty())
        insert.number(value).text(text).add();
    if (entry.type == ArgType::Status) insert.number(kLost).text("lost").add();
  }
}

SqliteExport::~SqliteExport() = default;

void SqliteExport::process(const Process&) { object_ids_ = {}; }

void SqliteExport::track(const Track& track) {
  if (threads_.size() <= track.number) threads_.resize(track.number + 1);
  threads_[track.number] = {track.process->number, track.kernel_tid, track.name, track.start,
                            track.start_module};
}

uint64_t SqliteExport::object(const Slice& wait) {
  const std::string_view kind = object_kind(wait.detail);
  const auto number = static_cast<uint64_t>(enum_value(ArgType::Wait, kind));
  uint32_t& id = object_ids_[wait.object ^ number << kKindShift];
  if (id == 0 || objects_[id - 1].module != wait.module) {
    objects_.push_back({wait.track->process->number, kind, wait.object, wait.module, wait.stack});
    id = static_cast<uint32_t>(objects_.size());
  }
  return id;
}

void SqliteExport::add_wait(const Slice& slice) {
  SqliteInsert& row = statements_->wait;
  row.number(slice.number).number(slice.track->number).number(static_cast<uint64_t>(slice.status));
  row.number(static_cast<uint64_t>(slice.since));
  row.number(static_cast<uint64_t>(slice.until) - static_cast<uint64_t>(slice.since));
  row.number(slice.ended).number_or_null(slice.stack);
  add_value(row, ArgType::Wait, slice.detail);
  row.number(object(slice)).number_or_null(slice.owner);
  if (slice.ended)
    add_value(row, ArgType::Outcome, static_cast<uint64_t>(slice.outcome));
  else
    row.null();
  row.number(slice.before).add();
}

void SqliteExport::slice(const Slice& slice) {
  if (slice.status == Status::Waiting) return add_wait(slice);
  const bool lost = slice.status == Status::None;
  const bool call = slice.status == Status::Syscall;
  SqliteInsert& row = statements_->piece;
  row.number(slice.number).number(slice.track->number);
  row.number(lost ? kLost : static_cast<uint64_t>(slice.status));
  row.number(static_cast<uint64_t>(slice.since));
  row.number(static_cast<uint64_t>(slice.until) - static_cast<uint64_t>(slice.since));
  row.number(call ? slice.ended : !slice.open).number_or_null(slice.stack);
  if (call && slice.detail < kNamedCalls) calls_.set(slice.detail);
  if (call || lost)
    row.number(slice.detail);
  else
    row.null();
  if (call)
    row.number(slice.blocked).number_or_null(slice.error).number(slice.before);
  else
    row.null().null().null();
  row.add();
}

void SqliteExport::edge(const WakeEdge& edge) {
  SqliteInsert& row = statements_->wake;
  row.number(edge.number).number_or_null(edge.wait.number).number(edge.waker->number);
  row.number(edge.wait.track->number);
  add_value(row, ArgType::Wake, edge.how);
  row.number(static_cast<uint64_t>(edge.woke)).number(static_cast<uint64_t>(edge.wait.until));
  row.number_or_null(edge.release).add();
}

void SqliteExport::ended(const Process& process, const Trace& trace) {
  SqliteInsert row(database_, "process", 10);
  const std::string program = safe_text(process.name);
  const auto ending = enum_text(ArgType::End, static_cast<uint64_t>(trace.end()));
  row.number(process.number).number(process.pid).text(program);
  row.number(static_cast<uint64_t>(process.start)).number_or_null(process.clock.wall);
  row.number(trace.events()).number(trace.lost()).number(trace.skipped());
  row.text(ending.empty() || ending == "next" ? "cut" : ending);
  row.number(trace.problems().empty()).add();
}

void SqliteExport::write_calls() {
  SqliteInsert row(database_, "call", 2);
  for (size_t number = 0; number < kNamedCalls; number++)
    if (calls_[number]) row.number(number).text(syscall_name(number)).add();
}

void SqliteExport::write_threads() {
  SqliteInsert row(database_, "thread", 5);
  for (uint64_t number = 0; number < threads_.size(); number++) {
    const Thread& thread = threads_[number];
    if (thread.process == 0) continue;
    const std::string name = safe_text(thread.name);
    const std::string routine = safe_text(names_.routine(thread.start_module, thread.start));
    row.number(number).number(thread.process).number(thread.tid);
    row.text_or_null(name).text_or_null(routine).add();
  }
}

void SqliteExport::write_objects() {
  SqliteInsert row(database_, "object", 6);
  for (size_t i = 0; i < objects_.size(); i++) {
    const Object& object = objects_[i];
    const std::string name = safe_text(names_.variable(object.module, object.address));
    row.number(i + 1).number(object.process).text(object.kind).number(object.address);
    row.text_or_null(name).number_or_null(object.first).add();
  }
}

void SqliteExport::write_stacks() {
  names_.prefetch();
  SqliteInsert stack_row(database_, "stack", 3), frame_row(database_, "frame", 7),
      place_row(database_, "stack_frame", 3);
  // Names are kept once, so that their places tell them apart.
  std::map<std::tuple<ModuleIndex, uint64_t, const char*, uint32_t>, uint64_t> frames;
  for (StackId id = 1; id <= stacks_.size(); id++) {
    const StackView recorded = stacks_[id];
    const std::string site = safe_text(names_.site(id));
    stack_row.number(id).text(site);
    stack_row.text(enum_text(ArgType::StackEnd, static_cast<uint64_t>(recorded.end))).add();
    uint64_t depth = 0;
    for (const Frame& frame : names_.frames(id)) {
      const ModuleIndex module = module_of(recorded, frame);
      const auto [entry, is_new] = frames.try_emplace(
          {module, frame.address, frame.function.data(), frame.line}, frames.size() + 1);
      place_row.number(id).number(depth++).number(entry->second).add();
      if (!is_new) continue;
      const std::string function = safe_text(frame.function), file = safe_text(frame.file);
      frame_row.number(entry->second).text(function).text_or_null(file);
      frame_row.number_or_null(frame.line).number(frame.inlined).number(frame.address);
      if (module == kNoModule)
        frame_row.null().add();
      else
        frame_row.number(module + 1).add();
    }
  }
}

void SqliteExport::write_modules() {
  SqliteInsert row(database_, "module", 6);
  uint64_t id = 0;
  for (const Module& module : stacks_.modules().all()) {
    id++;
    if (module.object) continue;
    const std::string path = safe_text(module.path), build = safe_text(module.build_id);
    row.number(id).text(path).text_or_null(build);
    row.number(module.start).number(module.end).number(module.bias).add();
  }
}

bool SqliteExport::finish() {
  statements_.reset();
  write_calls();
  write_threads();
  write_objects();
  write_stacks();
  write_modules();
  {
    SqliteInsert row(database_, "meta", 2);
    row.text("schema").text(std::to_string(kSqliteSchema)).add();
    row.text("thrace").text(THRACE_VERSION).add();
  }
  database_.run(fmt::format("PRAGMA user_version={};", kSqliteSchema).c_str());
  database_.run(kSqliteViews);
  return database_.finish();
}

}  // namespace thrace

// The export to an SQLite database, for questions of one's own.  sqlite_schema.h has its tables.
//
// Pieces of time and wakes become rows as they come; the tables that they point into (threads,
// objects, stacks) are written at the end, with the names that are known then, and the indexes
// last. Rows have the numbers of the timeline: the same trace gives the same ids.
#pragma once

#include <bitset>
#include <memory>
#include <string>
#include <vector>

#include "decoder/export/sqlite_database.h"
#include "decoder/export/timeline.h"
#include "decoder/stacks/names.h"

namespace thrace {

class SqliteExport : public TimelineSink {
 public:
  // `stacks` and `names` must live as long as this object.
  SqliteExport(const StackTable& stacks, Names& names, std::string path);
  ~SqliteExport() override;

  void process(const Process& process) override;
  void track(const Track& track) override;
  void slice(const Slice& slice) override;
  void edge(const WakeEdge& edge) override;
  void ended(const Process& process, const Trace& trace) override;

  // Writes what is left.  False if something failed: error() says why.
  bool finish();
  const std::string& error() const { return database_.error(); }

 private:
  struct Thread {
    uint64_t process = 0;  // 0: there is none with this number
    uint64_t tid = 0;
    std::string name;
    uint64_t start = 0;
    ModuleIndex start_module = kNoModule;
  };
  struct Object {
    uint64_t process;
    std::string_view kind;
    uint64_t address;
    ModuleIndex module;
    StackId first;
  };

  static constexpr size_t kNamedCalls = 1024;  // Linux has fewer

  uint64_t object(const Slice& wait);
  void add_wait(const Slice& slice);
  void write_calls();
  void write_threads();
  void write_objects();
  void write_stacks();
  void write_modules();

  const StackTable& stacks_;
  Names& names_;
  SqliteDatabase database_;
  struct Statements;
  std::unique_ptr<Statements> statements_;
  std::vector<Thread> threads_;     // by number
  std::vector<Object> objects_;     // by id - 1
  IdMap<uint32_t> object_ids_;      // of this process, by address and kind
  std::bitset<kNamedCalls> calls_;  // that occur, by number
};

}  // namespace thrace

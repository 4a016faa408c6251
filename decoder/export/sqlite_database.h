// A new SQLite database that is written once, from front to back, and put in its place when it is
// whole.
//
// There is no journal and nothing is forced to the disk: a database that was not finished is
// removed.  Errors are remembered, not thrown: ask at the end.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace thrace {

class SqliteDatabase {
 public:
  // Makes a database beside `path`, under a name of its own.
  explicit SqliteDatabase(std::string path);
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;
  ~SqliteDatabase();

  // Runs statements of SQL, separated by `;`.
  void run(const char* sql);

  // Ends the writing and gives the database its name.  False if anything failed so far.
  bool finish();

  // Why something failed; empty: nothing did.
  const std::string& error() const { return error_; }

  sqlite3* get() { return db_; }
  void fail();                  // the database says why
  void fail(std::string text);  // the first failure counts

 private:
  std::string path_;
  std::string temporary_;  // empty: there is no file to remove
  sqlite3* db_ = nullptr;
  std::string error_;
};

// A statement that inserts rows: its values are given in order, then the row is added.
class SqliteInsert {
 public:
  // `columns`: how many values a row has.
  SqliteInsert(SqliteDatabase& database, const char* table, int columns);
  SqliteInsert(const SqliteInsert&) = delete;
  SqliteInsert& operator=(const SqliteInsert&) = delete;
  ~SqliteInsert() { sqlite3_finalize(statement_); }

  SqliteInsert& number(uint64_t value) {  // as the signed number of the same bits
    sqlite3_bind_int64(statement_, ++at_, static_cast<sqlite3_int64>(value));
    return *this;
  }
  SqliteInsert& number_or_null(uint64_t value) { return value == 0 ? null() : number(value); }
  SqliteInsert& null() {
    sqlite3_bind_null(statement_, ++at_);
    return *this;
  }
  // The text must live until the row is added.
  SqliteInsert& text(std::string_view value) {
    sqlite3_bind_text(statement_, ++at_, value.data(), static_cast<int>(value.size()),
                      SQLITE_STATIC);
    return *this;
  }
  SqliteInsert& text_or_null(std::string_view value) {
    return value.empty() ? null() : text(value);
  }
  void add();

 private:
  SqliteDatabase& database_;
  sqlite3_stmt* statement_ = nullptr;
  int at_ = 0;
};

}  // namespace thrace

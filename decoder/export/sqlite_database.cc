// Opening, ending and putting in place.
#include "decoder/export/sqlite_database.h"

#include <fmt/core.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace thrace {
namespace {

// Large pages make for few of them, and the cache holds the newest ones of each table.
constexpr const char* kStart =
    "PRAGMA page_size=16384; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-32768; PRAGMA temp_store=FILE; BEGIN;";

}  // namespace

// The file is written beside its place and put there when it is whole, so it must be a file that
// may be replaced, not a device; of a symbolic link, what it leads to.
SqliteDatabase::SqliteDatabase(std::string path) : path_(std::move(path)) {
  struct stat status;
  if (stat(path_.c_str(), &status) == 0) {
    if (!S_ISREG(status.st_mode)) {
      fail("it is no ordinary file");
      return;
    }
    std::error_code unknown;
    const std::filesystem::path target = std::filesystem::canonical(path_, unknown);
    if (!unknown) path_ = target;
  }
  std::string name = path_ + ".XXXXXX";
  const int file = mkstemp(name.data());
  if (file < 0) {
    fail(std::strerror(errno));
    return;
  }
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(file, 0666 & ~mask);  // as any other output
  close(file);
  temporary_ = name;
  if (sqlite3_open_v2(name.c_str(), &db_, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) fail();
  run(kStart);
}

SqliteDatabase::~SqliteDatabase() {
  sqlite3_close(db_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void SqliteDatabase::fail() { fail(sqlite3_errmsg(db_)); }

void SqliteDatabase::fail(std::string text) {
  if (error_.empty()) error_ = std::move(text);
}

void SqliteDatabase::run(const char* sql) {
  if (!error_.empty()) return;
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

bool SqliteDatabase::finish() {
  run("COMMIT;");
  // A statement that is left would keep it open.
  if (error_.empty() && sqlite3_close(db_) != SQLITE_OK) fail();
  if (!error_.empty()) return false;
  db_ = nullptr;
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    fail(std::strerror(errno));
    return false;
  }
  temporary_.clear();
  return true;
}

SqliteInsert::SqliteInsert(SqliteDatabase& database, const char* table, int columns)
    : database_(database) {
  std::string values = "?";
  for (int i = 1; i < columns; i++) values += ",?";
  const std::string sql = fmt::format("INSERT INTO {} VALUES ({})", table, values);
  if (database.error().empty() &&
      sqlite3_prepare_v3(database.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement_,
                         nullptr) != SQLITE_OK)
    database.fail();
}

void SqliteInsert::add() {
  at_ = 0;
  if (!database_.error().empty()) return;
  if (sqlite3_step(statement_) != SQLITE_DONE) database_.fail();
  sqlite3_reset(statement_);
}

}  // namespace thrace

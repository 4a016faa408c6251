// Tables: the same rows as aligned text with scaled units, as CSV and as JSON with fixed units.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>
#include <vector>

namespace thrace {

enum class Format : uint8_t { Text, Csv, Json };

// How the numbers of a column read.  Share and Factor count thousandths: 812 is 81.2 %, or 0.812.
enum class Unit : uint8_t { Text, Count, Nanos, Address, Share, Factor };

struct Column {
  std::string name;   // in CSV and JSON, and for sorting; times end in _ns there
  std::string title;  // in text
  Unit unit = Unit::Text;
  bool optional = false;   // left out of the text if all its values are 0 or empty
  bool data_only = false;  // always left out of the text
  bool text_only = false;  // always left out of CSV and JSON
};

using Cell = std::variant<std::string, uint64_t>;

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;

  // Sorts by a column: numbers with the largest first, texts by the alphabet.  False if there is no
  // such column.
  bool sort(const std::string& name);

  // Keeps the first `count` rows; 0 keeps all.
  void limit(size_t count);
};

// A column, and how its cell is made of a row.
template <typename Row>
struct Field {
  Column column;
  std::function<Cell(const Row&)> cell;
};

template <typename Row>
Table make_table(const std::vector<Field<Row>>& fields, const std::vector<Row>& rows) {
  Table table;
  for (const Field<Row>& field : fields) table.columns.push_back(field.column);
  for (const Row& row : rows) {
    std::vector<Cell>& cells = table.rows.emplace_back();
    for (const Field<Row>& field : fields) cells.push_back(field.cell(row));
  }
  return table;
}

// `part` of `whole` in thousandths; 0 if there is no whole.
uint64_t thousandths(uint64_t part, uint64_t whole);

// The same in percent, rounded.
inline uint64_t percent(uint64_t part, uint64_t whole) {
  return (thousandths(part, whole) + 5) / 10;
}

// Prints a table as text or CSV.  Of text from a trace, what is not harmless is escaped: in CSV and
// JSON, which quote by themselves, control characters and invalid bytes only.
void print_table(const Table& table, Format format, std::FILE* out);

// A table among others: its name in CSV and JSON, and the line above it in text (may be empty).
struct Section {
  std::string name;
  std::string title;
  Table table;
  bool whole = false;  // is not cut to a number of rows
};

// The rows as an array of objects.
nlohmann::ordered_json table_json(const Table& table);

// A text that is longer than kMaxCell bytes, without its middle.  Cells of text tables are so.
inline constexpr size_t kMaxCell = 90;
std::string shorten(std::string_view text);

// "1 wait", "12 waits", "2 processes".
std::string count_text(uint64_t count, std::string_view noun);

// "12.3 ms": three digits and the unit that fits.
std::string duration_text(uint64_t ns);

}  // namespace thrace

// Rendering of tables.
#include "decoder/report/table.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "decoder/text/escape.h"
#include "decoder/text/style.h"

namespace thrace {
namespace {

bool is_fraction(Unit unit) { return unit == Unit::Share || unit == Unit::Factor; }

// Tenths of a percent matter only where there is little.
std::string percent_text(uint64_t value) {
  return value < 100 ? fmt::format("{:.1f} %", static_cast<double>(value) / 10)
                     : fmt::format("{} %", (value + 5) / 10);
}

std::string cell_text(const Cell& cell, Unit unit) {
  if (const auto* text = std::get_if<std::string>(&cell)) return escape(shorten(*text));
  const uint64_t value = std::get<uint64_t>(cell);
  if (unit == Unit::Address) return value == 0 ? "-" : fmt::format("{:#x}", value);
  if (unit == Unit::Nanos) return value == 0 ? "-" : duration_text(value);
  if (unit == Unit::Share) return value == 0 ? "-" : percent_text(value);
  if (unit == Unit::Factor) return fmt::format("{:.2f}", static_cast<double>(value) / 1000);
  return fmt::format("{}", value);
}

std::string csv_text(const Cell& cell, Unit unit) {
  if (const auto* number = std::get_if<uint64_t>(&cell)) {
    if (unit == Unit::Address) return fmt::format("{:#x}", *number);
    if (is_fraction(unit)) return fmt::format("{}", static_cast<double>(*number) / 1000);
    return fmt::format("{}", *number);
  }
  const std::string text = printable(std::get<std::string>(cell));
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string full_name(const Column& column) {
  return column.name + (column.unit == Unit::Nanos ? "_ns" : "");
}

bool is_empty(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return text->empty();
  return std::get<uint64_t>(cell) == 0;
}

// Columns count code points, which is near enough for names in a terminal.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

void print_text(const Table& table, std::FILE* out) {
  std::vector<std::string> lines(table.rows.size() + 1);
  for (size_t c = 0; c < table.columns.size(); c++) {
    const Column& column = table.columns[c];
    const bool wanted =
        !column.optional || std::any_of(table.rows.begin(), table.rows.end(),
                                        [&](const auto& row) { return !is_empty(row[c]); });
    if (!wanted || column.data_only) continue;
    std::vector<std::string> cells = {column.title};
    for (const auto& row : table.rows) cells.push_back(cell_text(row[c], column.unit));
    size_t width = 0;
    for (const std::string& cell : cells) width = std::max(width, width_of(cell));
    for (size_t r = 0; r < cells.size(); r++) {
      const std::string padding(width - width_of(cells[r]), ' ');
      if (!lines[r].empty()) lines[r] += "  ";
      lines[r] += column.unit == Unit::Text ? cells[r] + padding : padding + cells[r];
    }
  }
  for (std::string& line : lines) {
    line.erase(line.find_last_not_of(' ') + 1);
    if (&line == lines.data()) line = emphasise(line, Emphasis::Heading, out);
    fmt::print(out, "{}\n", line);
  }
}

void print_csv(const Table& table, std::FILE* out) {
  const auto print_line = [&](auto cell) {
    bool first = true;
    for (size_t c = 0; c < table.columns.size(); c++) {
      if (table.columns[c].text_only) continue;
      fmt::print(out, "{}{}", first ? "" : ",", cell(c));
      first = false;
    }
    fmt::print(out, "\n");
  };
  print_line([&](size_t c) { return full_name(table.columns[c]); });
  for (const auto& row : table.rows)
    print_line([&](size_t c) { return csv_text(row[c], table.columns[c].unit); });
}

}  // namespace

bool Table::sort(const std::string& name) {
  const auto at = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
    return column.name == name || full_name(column) == name;
  });
  if (at == columns.end()) return false;
  const auto c = static_cast<size_t>(at - columns.begin());
  std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
    return std::holds_alternative<uint64_t>(a[c]) ? a[c] > b[c] : a[c] < b[c];
  });
  return true;
}

void Table::limit(size_t count) {
  if (count != 0 && count < rows.size()) rows.resize(count);
}

uint64_t thousandths(uint64_t part, uint64_t whole) {
  if (whole == 0) return 0;
  const double share = static_cast<double>(part) / static_cast<double>(whole);
  return static_cast<uint64_t>(std::min(share * 1000 + 0.5, 1e18));
}

void print_table(const Table& table, Format format, std::FILE* out) {
  if (format == Format::Csv)
    print_csv(table, out);
  else
    print_text(table, out);
}

nlohmann::ordered_json table_json(const Table& table) {
  auto array = nlohmann::ordered_json::array();
  for (const auto& row : table.rows) {
    nlohmann::ordered_json object;
    for (size_t c = 0; c < row.size(); c++) {
      const Column& column = table.columns[c];
      if (column.text_only) continue;
      if (const auto* text = std::get_if<std::string>(&row[c]))
        object[full_name(column)] = printable(*text);  // JSON must be UTF-8, names need not be
      else if (column.unit == Unit::Address)
        object[full_name(column)] = fmt::format("{:#x}", std::get<uint64_t>(row[c]));
      else if (is_fraction(column.unit))
        object[full_name(column)] = static_cast<double>(std::get<uint64_t>(row[c])) / 1000;
      else
        object[full_name(column)] = std::get<uint64_t>(row[c]);
    }
    array.push_back(std::move(object));
  }
  return array;
}

std::string shorten(std::string_view text) {
  if (text.size() <= kMaxCell) return std::string(text);
  const size_t head = kMaxCell * 2 / 3, tail = kMaxCell - head - 3;
  return fmt::format("{}...{}", text.substr(0, head), text.substr(text.size() - tail));
}

std::string count_text(uint64_t count, std::string_view noun) {
  const char* plural = noun.ends_with('s') ? "es" : "s";
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : plural);
}

std::string duration_text(uint64_t ns) {
  struct Scale {
    double size;
    const char* unit;
  };
  constexpr Scale kScales[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}};
  const auto value = static_cast<double>(ns);
  for (const Scale& scale : kScales) {
    // Rounding may reach the next unit: 999.96 us are 1.00 ms.
    const double scaled = value / scale.size;
    if (scaled < 0.9995) continue;
    return fmt::format("{:.{}f} {}", scaled,
                       scaled < 9.995   ? 2
                       : scaled < 99.95 ? 1
                                        : 0,
                       scale.unit);
  }
  return fmt::format("{} ns", ns);
}

}  // namespace thrace

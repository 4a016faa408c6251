// libdw finds .dwo files itself, but would wait for a pipe of that name.
#include "decoder/symbols/split_unit.h"

#include <dwarf.h>
#include <sys/stat.h>

#include <filesystem>

#include "decoder/symbols/dies.h"

namespace thrace {
namespace {

// Not what a compiler put there.
bool is_trap(const std::filesystem::path& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

}  // namespace

Dwarf_Die tree_of(Dwarf_Die unit, const std::string& path, std::string& missing) {
  uint8_t type = 0;
  if (dwarf_cu_info(unit.cu, nullptr, &type, nullptr, nullptr, nullptr, nullptr, nullptr) != 0 ||
      type != DW_UT_skeleton)
    return unit;
  std::string_view name = own_text(unit, DW_AT_dwo_name);
  if (name.empty()) name = own_text(unit, DW_AT_GNU_dwo_name);
  missing = name;
  const std::filesystem::path beside = std::filesystem::path(path).parent_path();
  if (name.empty() || is_trap(beside / name) ||
      is_trap(std::filesystem::path(own_text(unit, DW_AT_comp_dir)) / name))
    return unit;
  Dwarf_Die split{};
  if (dwarf_cu_info(unit.cu, nullptr, &type, nullptr, &split, nullptr, nullptr, nullptr) != 0 ||
      !split.addr)
    return unit;
  missing.clear();
  return split;
}

}  // namespace thrace

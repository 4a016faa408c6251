// MiniDebugInfo: the symbol table that some distributions leave in stripped files, compressed.
#pragma once

#include <memory>

#include "decoder/symbols/elf_file.h"

namespace thrace {

// The file within the section .gnu_debugdata, or nullptr if there is none, it is damaged, or it
// expands beyond 256 MiB.
std::unique_ptr<ElfFile> open_minidebug(const ElfFile& file);

}  // namespace thrace

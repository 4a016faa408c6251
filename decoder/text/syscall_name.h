// Names of system calls.
#pragma once

#include <cstdint>
#include <string>

namespace thrace {

// "futex" of 202: the number as x86-64 Linux has it; "syscall 9999" if it is not known.
std::string syscall_name(uint64_t number);

}  // namespace thrace

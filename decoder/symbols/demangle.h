// Names as the source has them, out of the names that linkers see.
#pragma once

#include <string>
#include <string_view>

namespace thrace {

// The readable form of a C++ or Rust name: with template arguments, without parameters, without the
// hash of Rust's older scheme.  Any other name comes back as it is, and so does one that would read
// longer than kMaxName.  Pure; any thread.
std::string demangle(std::string_view name);

}  // namespace thrace

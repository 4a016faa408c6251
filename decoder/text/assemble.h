// From text to a trace: the reverse of dump, and the way to write traces by hand.
//
//   # comments, empty lines and leading blanks mean nothing
//   Trace version=1
//   Header "program"="demo"
//   Generation gen=1
//   Batch m=0 time=0
//   ClockSnapshot dt=0 frequency=1000000000
//   Batch m=3 time=100
//   GoStatus g=1 status=running since=-50
//   GoBlock dt=5 reason=mutex object=0x10
//   Batch m=0 time=900
//   EndOfGeneration reason=exit
//   Index
//
// An argument that is left out is 0; dt is then 1, and 0 in batches of M 0.  Times are relative to
// the event that has them.  Without Index the file is as a killed collector leaves it.
#pragma once

#include <string>
#include <string_view>

namespace thrace {

// Makes a trace of `text`.  On failure the result is empty and `error` names the line.
std::string assemble(std::string_view text, std::string& error);

}  // namespace thrace

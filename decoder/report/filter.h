// What part of the traces is looked at: one filter for all verbs and exports.
#pragma once

#include <regex.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/order/id_map.h"
#include "decoder/report/window.h"
#include "decoder/stacks/names.h"

namespace thrace {

// What the user asked for.  A thread or an object is named as a whole or by a pattern with * ? []
// as in a shell.
struct Filter {
  Window window;
  std::string thread;    // name, tid or pattern; empty: all
  std::string object;    // waits for this one only: address, name of its variable or pattern
  std::string function;  // waits, slow calls and wakes through a function that matches this
                         // extended regular expression
  bool group = false;    // threads whose names differ in numbers only are one
};

// Why a text is no extended regular expression; empty: it is one.
std::string regex_problem(const std::string& text);

// "worker-*" of "worker-12": the name of all threads that do the same.
std::string group_name(std::string_view thread);

// True if the filter picks a thread.
bool picks_thread(const Filter& filter, std::string_view name, uint64_t tid);

// Answers whether something passes the filter.  For one run; the answers are remembered.
class Picker {
 public:
  // `names` must live as long as this object.  The expression must be one (regex_problem).
  Picker(const Filter& filter, Names& names);

  const Filter& filter() const { return filter_; }
  const Window& window() const { return filter_.window; }

  bool thread(std::string_view name, uint64_t tid) const {
    return picks_thread(filter_, name, tid);
  }
  bool object(ModuleIndex module, uint64_t address);
  bool function(StackId stack);

 private:
  struct FreeRegex {
    void operator()(regex_t* regex) const;
  };
  enum class Answer : uint8_t { None, No, Yes };

  bool matches(std::string_view function) const;

  const Filter filter_;
  Names& names_;
  std::unique_ptr<regex_t, FreeRegex> regex_;  // of the function
  uint64_t address_ = 0;                       // of the object; 0: it is a name
  std::vector<Answer> stacks_;                 // by id
  IdMap<Answer> objects_;                      // by address and module; those asked for by name
};

}  // namespace thrace

// Text in a fixed buffer, for start-up: no malloc, no stdio (G4).
#pragma once

#include <cstddef>
#include <cstdint>

namespace thrace {

// What does not fit is cut, and full() says so.
template <size_t N>
class Text {
 public:
  Text& clear() {
    length_ = 0;
    data_[0] = '\0';
    return *this;
  }

  Text& add(const char* text) {
    while (*text) put(*text++);
    return *this;
  }

  Text& add(const char* text, size_t length) {
    for (size_t i = 0; i < length; i++) put(text[i]);
    return *this;
  }

  Text& number(uint64_t value, unsigned base = 10) {
    char digits[20];
    int count = 0;
    do digits[count++] = "0123456789abcdef"[value % base];
    while (value /= base);
    while (count) put(digits[--count]);
    return *this;
  }

  const char* text() const { return data_; }
  char* data() { return data_; }
  size_t length() const { return length_; }
  bool full() const { return length_ + 1 == N; }

 private:
  void put(char c) {
    if (full()) return;
    data_[length_++] = c;
    data_[length_] = '\0';
  }

  size_t length_ = 0;
  char data_[N] = {};
};

inline bool starts_with(const char* text, const char* start) {
  while (*start)
    if (*text++ != *start++) return false;
  return true;
}

// The value of a variable of an environment that ends with nullptr; nullptr: not there.
inline const char* variable(const char* const* environment, const char* name) {
  for (; environment && *environment; environment++) {
    const char *entry = *environment, *c = name;
    while (*c && *entry == *c) entry++, c++;
    if (!*c && *entry == '=') return entry + 1;
  }
  return nullptr;
}

// True if the variable is there, not empty and not "0".
inline bool is_set(const char* const* environment, const char* name) {
  const char* value = variable(environment, name);
  return value && *value && !(value[0] == '0' && !value[1]);
}

}  // namespace thrace

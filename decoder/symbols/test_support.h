// What the tests of symbols share: fixtures, other programs as judges, temporary folders.
#pragma once

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "decoder/symbols/elf_file.h"
#include "decoder/symbols/module.h"

namespace thrace {

// The names of the fixtures that could be built here; each is a file of this name in kFixtures.
inline const std::string kFixtures = THRACE_FIXTURES;
inline std::vector<std::string> fixture_names() {
  std::istringstream in(THRACE_FIXTURE_NAMES);
  return {std::istream_iterator<std::string>(in), {}};
}

struct TemporaryFolder {
  std::string path = std::filesystem::temp_directory_path() / "thrace-symbols-XXXXXX";
  TemporaryFolder() { EXPECT_NE(mkdtemp(path.data()), nullptr); }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
};

inline void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string read_file(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

// What a shell command prints; the test fails if the command does.
inline std::string output_of(const std::string& command) {
  std::string out;
  std::FILE* pipe = popen(command.c_str(), "r");
  char buffer[65536];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return out;
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The module that a process would have mapped from this file, with its build-id.
inline Module module_of(const std::string& path, uint64_t bias = 0) {
  std::string error;
  const auto file = ElfFile::open(path, error);
  EXPECT_TRUE(file) << path << " " << error;
  Module module;
  module.path = path;
  module.build_id = file ? file->build_id() : "";
  module.bias = bias;
  return module;
}

}  // namespace thrace

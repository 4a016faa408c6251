#include "preload/launcher/target.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "preload/launcher/elf_file.h"
#include "preload/launcher/failure.h"

namespace thrace {
namespace {

constexpr int kMaxInterpreters = 5;  // the kernel's own limit

// A file's contents, mapped.
class Contents {
 public:
  explicit Contents(const std::string& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
      throw Failure(kOwnFailure, fmt::format("cannot read {} to see whether it can be recorded: {}",
                                             path, strerror(errno)));
    }
    struct stat info{};
    fstat(file, &info);
    size_ = info.st_size;
    if (size_) data_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (data_ == MAP_FAILED) throw Failure(kOwnFailure, fmt::format("cannot read {}", path));
  }
  ~Contents() {
    if (data_) munmap(data_, size_);
  }
  Contents(const Contents&) = delete;
  Contents& operator=(const Contents&) = delete;
  std::string_view view() const { return {static_cast<char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  size_t size_ = 0;
};

// The file that execvp would run.
std::string find_program(const std::string& name) {
  if (name.empty()) throw Failure(kNotFound, "the command is an empty word");
  const auto judge = [](const std::string& path) {
    struct stat info{};
    if (stat(path.c_str(), &info) != 0) return errno;
    if (S_ISDIR(info.st_mode)) return EISDIR;
    return access(path.c_str(), X_OK) == 0 ? 0 : errno;
  };
  int error = ENOENT;
  if (name.find('/') != std::string::npos) {
    error = judge(name);
    if (error == 0) return name;
  } else {
    const char* variable = getenv("PATH");
    std::string_view path = variable ? variable : "/bin:/usr/bin";
    for (bool more = true; more;) {
      const size_t colon = path.find(':');
      const std::string folder(path.substr(0, colon));
      const std::string candidate = folder.empty() ? name : folder + "/" + name;
      const int result = judge(candidate);
      if (result == 0) return candidate;
      if (result == EACCES) error = result;
      more = colon != std::string_view::npos;
      if (more) path.remove_prefix(colon + 1);
    }
  }
  if (error == ENOENT || error == ENOTDIR) {
    throw Failure(kNotFound, fmt::format("{}: command not found", name));
  }
  throw Failure(kNotExecutable, fmt::format("cannot run {}: {}", name, strerror(error)));
}

// The words of a #! line: the interpreter and at most one argument.
std::vector<std::string> shebang(std::string_view contents) {
  std::string_view line = contents.substr(2, std::min<size_t>(contents.find('\n'), 256) - 2);
  const auto trim = [](std::string_view text) {
    const size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return std::string_view();
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
  };
  line = trim(line);
  const size_t space = line.find_first_of(" \t");
  std::vector<std::string> words{std::string(line.substr(0, space))};
  if (space != std::string_view::npos) words.emplace_back(trim(line.substr(space)));
  return words;
}

// Would the kernel set AT_SECURE, so that the loader ignores LD_PRELOAD?
std::string privilege(const std::string& path) {
  struct stat info{};
  struct statvfs mount{};
  if (stat(path.c_str(), &info) != 0) return {};
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) return {};
  if (statvfs(path.c_str(), &mount) == 0 && mount.f_flag & ST_NOSUID) return {};
  if (info.st_mode & S_ISUID && info.st_uid != getuid()) return "set-user-ID";
  const bool setgid = info.st_mode & S_ISGID && info.st_mode & S_IXGRP;
  if (setgid && info.st_gid != getgid()) return "set-group-ID";
  if (getuid() != 0 && getxattr(path.c_str(), "security.capability", nullptr, 0) > 0) {
    return "privileged (file capabilities)";
  }
  return {};
}

void judge_image(Target& target, const ElfFile& elf) {
  const auto refuse = [&](const std::string& why) {
    throw Failure(kOwnFailure, fmt::format("{} {}", target.image, why));
  };
  if (!elf.native) refuse("is a program for another architecture; thrace records x86-64 programs");
  const bool loader = elf.soname.starts_with("ld-linux");
  if (elf.interpreter.empty() && !loader) {
    refuse("is statically linked; thrace cannot record it, because no library can be preloaded");
  }
  if (!loader && elf.interpreter.find("/ld-linux") == std::string::npos) {
    refuse(fmt::format("is started by {}; thrace records programs of the GNU C library",
                       elf.interpreter));
  }
  if (const std::string what = privilege(target.image); !what.empty()) {
    refuse(fmt::format("is {}; the loader preloads nothing into such a program, so thrace cannot "
                       "record it", what));
  }
  target.needed = elf.needed;
}

}  // namespace

Target resolve(const std::vector<std::string>& command) {
  Target target;
  target.path = find_program(command.at(0));
  target.arguments = command;
  target.image = target.path;
  for (int depth = 0;; ++depth) {
    const Contents contents(target.image);
    if (is_elf(contents.view())) {
      judge_image(target, read_elf(contents.view()));
      return target;
    }
    if (depth == kMaxInterpreters) {
      throw Failure(kNotExecutable, fmt::format("cannot run {}: {}", target.path, strerror(ELOOP)));
    }
    if (contents.view().starts_with("#!")) {
      const std::string script = target.image;
      target.image = shebang(contents.view()).front();
      if (access(target.image.c_str(), X_OK) != 0) {
        throw Failure(kNotExecutable, fmt::format("cannot run {}: its interpreter {}: {}", script,
                                                  target.image, strerror(errno)));
      }
    } else if (depth == 0) {  // as execvp: a file of commands for the shell
      target.arguments.at(0) = target.path;
      target.arguments.insert(target.arguments.begin(), "/bin/sh");
      target.path = target.image = "/bin/sh";
    } else {
      throw Failure(kNotExecutable, fmt::format("cannot run {}: its interpreter {} is no program",
                                                target.path, target.image));
    }
  }
}

}  // namespace thrace

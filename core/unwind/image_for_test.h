// The code and tables of an ELF file, laid out in memory as the loader does it, but never run.
#pragma once

#include <elf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/unwind/memory.h"

namespace thrace::unwind {

class Image {
 public:
  explicit Image(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    Elf64_Ehdr elf{};
    if (fd < 0 || pread(fd, &elf, sizeof elf, 0) != sizeof elf) return;
    std::vector<Elf64_Phdr> segments(elf.e_phnum);
    const auto bytes = static_cast<ssize_t>(segments.size() * sizeof segments[0]);
    EXPECT_EQ(
        pread(fd, segments.data(), static_cast<size_t>(bytes), static_cast<off_t>(elf.e_phoff)),
        bytes);
    for (const auto& segment : segments)
      if (segment.p_type == PT_LOAD) size_ = std::max(size_, segment.p_vaddr + segment.p_memsz);
    void* memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory != MAP_FAILED) {
      base_ = reinterpret_cast<uint64_t>(memory);
      for (const auto& segment : segments) {
        if (segment.p_type == PT_GNU_EH_FRAME) header_ = base_ + segment.p_vaddr;
        if (segment.p_type != PT_LOAD) continue;
        const ssize_t got = pread(fd, reinterpret_cast<void*>(base_ + segment.p_vaddr),
                                  segment.p_filesz, static_cast<off_t>(segment.p_offset));
        EXPECT_EQ(got, static_cast<ssize_t>(segment.p_filesz));
      }
    }
    close(fd);
  }
  ~Image() {
    if (base_) munmap(reinterpret_cast<void*>(base_), size_);
  }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  bool ok() const { return base_ && header_; }
  uint64_t base() const { return base_; }      // what is added to the file's addresses
  uint64_t header() const { return header_; }  // of .eh_frame_hdr
  Memory memory() const { return {base_, base_ + size_}; }

  // Where each entry of the search table begins, as addresses of the file.
  std::vector<uint64_t> entries() const {
    struct Header {
      uint8_t version, frame_encoding, count_encoding, table_encoding;
      int32_t frame;
      uint32_t count;
    };
    const auto* header = reinterpret_cast<const Header*>(header_);
    EXPECT_EQ(header->count_encoding, 0x03);  // udata4, as all linkers write it
    const auto* rows = reinterpret_cast<const int32_t*>(header + 1);
    std::vector<uint64_t> result(header->count);
    for (size_t i = 0; i < result.size(); i++)
      result[i] = header_ - base_ + static_cast<uint64_t>(int64_t{rows[2 * i]});
    return result;
  }

 private:
  uint64_t base_ = 0, size_ = 0, header_ = 0;
};

}  // namespace thrace::unwind

// The system calls whose first argument is a file descriptor.
#pragma once

#include <sys/syscall.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace thrace {

inline constexpr uint16_t kDescriptorCalls[] = {
    SYS_read,       SYS_write,       SYS_readv,        SYS_writev,          SYS_pread64,
    SYS_pwrite64,   SYS_preadv,      SYS_pwritev,      SYS_preadv2,         SYS_pwritev2,
    SYS_sendfile,   SYS_splice,      SYS_tee,          SYS_vmsplice,        SYS_copy_file_range,
    SYS_sendto,     SYS_sendmsg,     SYS_sendmmsg,     SYS_recvfrom,        SYS_recvmsg,
    SYS_recvmmsg,   SYS_accept,      SYS_accept4,      SYS_connect,         SYS_shutdown,
    SYS_epoll_wait, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_fsync,           SYS_fdatasync,
    SYS_syncfs,     SYS_fallocate,   SYS_ftruncate,    SYS_flock,           SYS_fcntl,
    SYS_ioctl,      SYS_getdents64,  SYS_close,        SYS_mq_timedreceive, SYS_mq_timedsend,
};

namespace detail {
inline constexpr size_t kCalls = 512;  // above all numbers of x86-64
inline constexpr auto kTakesDescriptor = [] {
  std::array<bool, kCalls> table{};
  for (const uint16_t number : kDescriptorCalls) table.at(number) = true;
  return table;
}();
}  // namespace detail

// True if the first argument of a system call is a file descriptor.
constexpr bool takes_descriptor(uint64_t number) {
  return number < detail::kCalls && detail::kTakesDescriptor[number];
}

}  // namespace thrace

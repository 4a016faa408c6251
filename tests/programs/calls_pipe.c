// Each call that reads or writes descriptors, once, on pipes and files: traced by its kernel name.
#include "tests/programs/expect.h"

#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/uio.h>

int main(void) {
  int fds[2];
  must(pipe(fds) == 0);
  char buffer[16] = "0123456789abcde";
  struct iovec vector = {buffer, 4};
  must(write(fds[1], buffer, 4) == 4);
  must(writev(fds[1], &vector, 1) == 4);
  must(read(fds[0], buffer, 4) == 4);
  must(readv(fds[0], &vector, 1) == 4);
  expect("call writev 1");
  expect("call readv 1");

  char path[] = "/tmp/thrace-test-XXXXXX";
  const int file = mkstemp(path);
  must(file >= 0);
  unlink(path);
  must(pwrite(file, buffer, 8, 0) == 8);
  must(pwrite64(file, buffer, 8, 8) == 8);
  must(pread(file, buffer, 8, 0) == 8);
  must(pread64(file, buffer, 8, 8) == 8);
  must(pwritev(file, &vector, 1, 0) == 4);
  must(preadv(file, &vector, 1, 0) == 4);
  must(fsync(file) == 0);
  must(fdatasync(file) == 0);
  must(flock(file, LOCK_EX) == 0);
  must(flock(file, LOCK_UN) == 0);
  expect("call pwrite64 2");
  expect("call pread64 2");
  expect("call pwritev,pwritev2 1");
  expect("call preadv,preadv2 1");
  expect("call fsync 1");
  expect("call fdatasync 1");
  expect("call flock 2");

  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
  must(fcntl(file, F_SETLKW, &lock) == 0);
  lock.l_type = F_UNLCK;
  must(fcntl(file, F_SETLK, &lock) == 0);
  must(lockf(file, F_LOCK, 1) == 0);
  must(fcntl(file, F_GETFL) >= 0);

  eventfd_t value;
  const int event = eventfd(3, 0);
  must(eventfd_write(event, 2) == 0);
  must(eventfd_read(event, &value) == 0 && value == 5);

  errno = 0;
  const long failed = read(-1, buffer, 1);
  printf("read: %ld %d\n", failed, errno);
  errno = 5;
  must(write(fds[1], buffer, 1) == 1);
  printf("errno after success: %d\n", errno);
  expect("call write 3");  // with eventfd_write
  expect("call read 3");
}

/*
 * Preloaded into a process, makes its disk fail: writes, syncs and truncations below $IO_ERRORS_DIR end with EIO, from the
 * $IO_ERRORS_FROM-th on, $IO_ERRORS_COUNT times. It stands under libuv and under SQLite alike, because both call libc.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;

static int fails(int fd) {
  const char *dir = getenv("IO_ERRORS_DIR");
  if (dir == NULL) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  if (strncmp(path, dir, strlen(dir)) != 0) return 0;
  long from = atol(getenv("IO_ERRORS_FROM")), count = atol(getenv("IO_ERRORS_COUNT"));
  long call = atomic_fetch_add(&calls, 1) + 1;
  if (call < from || call >= from + count) return 0;
  errno = EIO;
  return 1;
}

#define FAILING(type, name, parameters, arguments)                   \
  type name parameters {                                             \
    static type(*real) parameters;                                   \
    if (real == NULL) real = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
    return fails(fd) ? -1 : real arguments;                          \
  }

FAILING(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
FAILING(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
FAILING(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
FAILING(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
FAILING(ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))
FAILING(ssize_t, pwritev64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at))
FAILING(int, fsync, (int fd), (fd))
FAILING(int, fdatasync, (int fd), (fd))
FAILING(int, ftruncate, (int fd, off_t size), (fd, size))
FAILING(int, ftruncate64, (int fd, off64_t size), (fd, size))

/* Preloaded into a process: its writes to a database do not reach the disk while the file that HANG_WHILE names exists. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void hang(int descriptor) {
  char link[64], path[4096];
  const char *flag = getenv("HANG_WHILE");
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (flag == NULL || length <= 0) return;
  path[length] = 0;
  if (strstr(path, ".db") == NULL) return;
  while (access(flag, F_OK) == 0) usleep(10000);
}

int fsync(int descriptor) {
  hang(descriptor);
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(descriptor);
}

int fdatasync(int descriptor) {
  hang(descriptor);
  return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(descriptor);
}

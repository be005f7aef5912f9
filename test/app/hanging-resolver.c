/* Preloaded into a process: look-ups of names in .hangs have no answer while the file that HANG_WHILE names exists. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  const char *flag = getenv("HANG_WHILE");
  while (flag != NULL && name != NULL && strstr(name, ".hangs") != NULL && access(flag, F_OK) == 0) usleep(10000);
  return ((lookup *)dlsym(RTLD_NEXT, "getaddrinfo"))(name, service, hints, found);
}

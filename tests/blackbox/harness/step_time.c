// SPDX-License-Identifier: Apache-2.0
/* Preloaded into a program under test: moves its CLOCK_REALTIME, and no other clock, by the seconds that stand (as a
   double) in the file that STEP_TIME_FILE names. As when somebody sets the time, or NTP steps it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile double *step;

__attribute__((constructor)) static void open_file(void) {
  const char *path = getenv("STEP_TIME_FILE");
  const int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0)
    return;
  void *at = mmap(NULL, sizeof(double), PROT_READ, MAP_SHARED, file, 0);
  if (at != MAP_FAILED)
    step = at;
  close(file);
}

static int real_clock_gettime(clockid_t clock, struct timespec *into) {
  static int (*original)(clockid_t, struct timespec *);
  if (!original)
    original = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  return original(clock, into);
}

int clock_gettime(clockid_t clock, struct timespec *into) {
  const int failed = real_clock_gettime(clock, into);
  if (!failed && step && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    into->tv_sec += (time_t)*step;
  return failed;
}

int gettimeofday(struct timeval *into, void *zone) {
  struct timespec now;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0)
    return -1;
  into->tv_sec = now.tv_sec;
  into->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *into) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0)
    return (time_t)-1;
  if (into)
    *into = now.tv_sec;
  return now.tv_sec;
}

"""A wall clock that jumps by hours, back and forth, for one process."""

import functools
import shutil
import subprocess

from tests.support.servers import standard

HOURS = 5
_SOURCE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

static int real(clockid_t clock, struct timespec *now) {
    static int (*found)(clockid_t, struct timespec *);
    if (!found) *(void **)&found = dlsym(RTLD_NEXT, "clock_gettime");
    return found(clock, now);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static _Atomic unsigned reads;
    int result = real(clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        unsigned scattered = ++reads * 2654435761u >> 16;
        now->tv_sec += ((long)(scattered % 3) - 1) * HOURS * 3600;
    }
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    int result = clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return result;
}

time_t time(time_t *result) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (result) *result = exact.tv_sec;
    return exact.tv_sec;
}
"""


@functools.cache
def jumping() -> dict[str, str]:
    """The variables for a process whose wall clock is right only now and then."""
    if not shutil.which("cc"):
        standard.install("gcc", "libc6-dev")
    library = standard.folder() / "clock.so"
    command = ["cc", "-shared", "-fPIC", f"-DHOURS={HOURS}", "-o", library, "-x", "c", "-", "-ldl"]
    subprocess.run(command, input=_SOURCE, text=True, check=True)
    return {"LD_PRELOAD": str(library)}

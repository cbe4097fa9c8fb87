/* A disk that takes as long as BENCH_DISK_MS says for whatever must be durable, and no longer: preloaded, it stands in
   for the one that is there, whose time changes from one minute to the next. */
#include <stdlib.h>
#include <time.h>

static int waits(void)
{
    static long nanoseconds = -1;
    if (nanoseconds < 0) {
        const char *told = getenv("BENCH_DISK_MS");
        nanoseconds = told ? (long)(atof(told) * 1e6) : 0;
    }
    struct timespec rest = {nanoseconds / 1000000000L, nanoseconds % 1000000000L};
    while (nanosleep(&rest, &rest) != 0) {}
    return 0;
}

int fsync(int file) { (void)file; return waits(); }
int fdatasync(int file) { (void)file; return waits(); }

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

/* A disk with room for so many more writes to files. */
static atomic_int room = 1000;

/*
 * Stands before the C library's: a disk that is full needs no file system of
 * its own, nor the right to mount one.
 */
ssize_t write(int fd, const void *from, size_t bytes)
{
    struct stat status;

    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        atomic_fetch_sub(&room, 1) <= 0) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_write, fd, from, bytes);
}

static void fill_disk(const struct server *server,
                      const struct downloader *downloader)
{
    char base[SERVER_URL_SIZE];
    struct bench bench;
    char *names;

    server_url(server, NULL, "", base);
    bench_open(&bench, base, NULL, 0);
    bench_prepare(&bench, downloader);
    atomic_store(&room, 5);
    bench_run(&bench, downloader);
    atomic_store(&room, 1000);

    cr_expect(eq(int, bench.rc, 0));
    cr_expect(eq(u64, bench_count(&bench, STATUS_OK), 5), "%s",
              downloader->name);
    cr_expect(ge(u64, bench_count(&bench, STATUS_ERROR), 1));
    cr_expect(
        le(u64, bench_count(&bench, STATUS_ERROR), bench.options.max_req));
    cr_expect(gt(u64, bench_count(&bench, STATUS_CANCELLED), 0));
    cr_expect(eq(int, (int)bench.result.stop, STOP_LOCAL_FAILURE));
    cr_expect(eq(int, bench.counts[EVENT_STOPPED], 1));
    cr_expect(ne(ptr, strstr(bench.errors, "No space left on device"), NULL));
    bench_expect_accounts(&bench);
    names = scratch_list(bench.output);
    cr_expect(eq(sz, strlen(names), 5 * strlen("xx.gif ")), "%s", names);
    free(names);
    bench_close(&bench);
}

Test(disk_full, stops_the_run_and_leaves_what_was_complete, .init = bench_setup,
     .fini = bench_teardown, .timeout = 20)
{
    struct server *server = server_start(server_flags, NULL);

    EACH(downloader)
    fill_disk(server, downloader);
    server_stop(server);
}

#include "download/downloader.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "download/descriptors.h"

const struct downloader *const downloaders[] = {
#define ADDRESS(name) &downloader_##name,
    DOWNLOADERS(ADDRESS) NULL,
};

const char *const downloader_names[] = {
#define NAME(name) #name,
    DOWNLOADERS(NAME) NULL,
};

const struct downloader *downloader_find(const char *name)
{
    for (size_t i = 0; downloaders[i]; i++) {
        if (strcmp(downloaders[i]->name, name) == 0)
            return downloaders[i];
    }
    return NULL;
}

int downloader_run(const struct downloader *downloader, struct run *run)
{
    struct attempt attempt;
    int64_t wait_until_us;
    int rc = descriptors_check(downloader);
    enum next next;

    if (rc == 0)
        rc = downloader->run(run);
    if (rc < 0)
        run_stop(run, STOP_LOCAL_FAILURE);
    /* Nothing runs or reads any more: this settles what was never started. */
    run_filled(run, 0);
    next = run_next(run, &attempt, &wait_until_us);
    assert(next == NEXT_FINISHED);
    (void)next;
    return rc < 0 ? rc : run_result(run).error;
}

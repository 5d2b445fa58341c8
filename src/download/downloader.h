#pragma once

#include "download/options.h"
#include "download/run.h"

/*
 * downloader: a strategy: how the attempts of a run are waited for.
 */
struct downloader {
    const char *name;           /* as typed on the command line */
    unsigned default_max_req;   /* requests in flight unless said */
    unsigned greatest_max_req;  /* more are not allowed */
    unsigned descriptors;       /* that a request in flight takes: a connection,
                                   a file, and what libcurl has for itself */
    unsigned least_descriptors; /* free ones, for a run with one at a time */
    int (*run)(struct run *run);
};

extern const struct downloader downloader_sequential;
extern const struct downloader downloader_threaded;
extern const struct downloader downloader_async;

/* All of them, NULL at the end, the default last; and the one of this name,
   NULL if there is none. */
extern const struct downloader *const downloaders[];
const struct downloader *downloader_find(const char *name);

/*
 * Download everything. 0, also after a stop and whatever became of the items;
 * or a negative code: we could not do our work (no memory, no thread, not the
 * descriptors for one request at a time). The items are settled in every case.
 * From the main thread; the threaded strategy's own threads block all signals.
 */
int downloader_run(const struct downloader *downloader, struct run *run);

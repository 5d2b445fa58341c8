#pragma once

#include "download/options.h"
#include "download/run.h"

/*
 * downloader: a strategy: how the attempts of a run are waited for.
 */
struct downloader {
    const char *name;           /* as typed on the command line */
    const char *place;          /* what a request in flight has to itself, as a
                                   trace calls it: "worker", "slot" */
    unsigned default_max_req;   /* requests in flight unless said */
    unsigned greatest_max_req;  /* more are not allowed */
    unsigned descriptors;       /* that a request in flight takes: a connection,
                                   a file, and what libcurl has for itself */
    unsigned least_descriptors; /* free ones, for a run with one at a time */
    int (*run)(struct run *run);
};

/* All of them, the default last: NAME's is downloader_NAME. */
#define DOWNLOADERS(each) each(sequential) each(threaded) each(async)

#define DOWNLOADER_DECLARE(name) \
    extern const struct downloader downloader_##name;
DOWNLOADERS(DOWNLOADER_DECLARE)

#define DOWNLOADER_ONE_MORE(name) +1
enum { DOWNLOADER_COUNT = 0 DOWNLOADERS(DOWNLOADER_ONE_MORE) };

/* Their names as one text, "sequential,threaded,async". */
#define DOWNLOADER_LIST_NAME(name) "," #name
#define DOWNLOADER_LIST (&(DOWNLOADERS(DOWNLOADER_LIST_NAME))[1])

/* They and their names, NULL at the end; and the one of this name, NULL if
   there is none. */
extern const struct downloader *const downloaders[];
extern const char *const downloader_names[];
const struct downloader *downloader_find(const char *name);

/*
 * Download everything. 0, also after a stop and whatever became of the items;
 * or a negative code: we could not do our work (no memory, no thread, not the
 * descriptors for one request at a time). The items are settled in every case.
 * From the main thread; the threaded strategy's own threads block all signals.
 */
int downloader_run(const struct downloader *downloader, struct run *run);

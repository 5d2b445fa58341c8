#pragma once

#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "download/events.h"
#include "report/tally.h"

/*
 * run_json: what a run did, as JSON: flags.report/1, report.schema.json beside
 * this file. It is written as the run goes: memory follows the items that run
 * or wait.
 *
 * Seconds are numbers, sizes integers in bytes, times RFC 3339.
 *
 * Ownership: embedded by the caller, zeroed; borrows `out`, in which write
 * errors are left. run_json_begin(), run_json_listen() where there is a run,
 * run_json_end().
 */
struct run_json {
    struct event_sink sink;
    FILE *out;
    void *flights; /* a tree of tsearch(3): what runs or waits, by its index */
    bool begun;    /* there is an item in the file */
    int error;     /* -ENOMEM: attempts are missing */
};

struct run_json_head {
    const char *strategy;
    unsigned max_req;
    uint64_t seed;
    const char *directory;
    uint32_t shard, shard_count; /* 0: there are no shards */
};

void run_json_begin(struct run_json *json, FILE *out,
                    const struct run_json_head *head);
void run_json_listen(struct run_json *json, struct events *events);

/* 0; -ENOMEM: not everything is in it. */
int run_json_end(struct run_json *json, const struct tally *tally);

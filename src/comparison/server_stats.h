#pragma once

#include <stdint.h>

/*
 * server_stats: what a fixture server counted, asked over HTTP: its
 * /__flags/stats, and /__flags/reset to begin anew.
 *
 * Blocking, with a time limit of 5 s. It costs the server a connection of its
 * own, which is in no statistic.
 */

struct server_stats {
    int64_t requests;    /* as they came over the wire */
    int64_t connections; /* that had a request */
    int64_t peak_in_flight;
    int64_t bytes; /* sent, heads included */
};

/* `url` is any URL of the server. 0; -ENOMEM; -EHOSTDOWN: there was no such
   answer. On failure *stats is untouched. */
int server_stats_reset(const char *url);
int server_stats_get(struct server_stats *stats, const char *url);

#pragma once

#include <stddef.h>
#include <stdint.h>

#include "comparison/figures.h"

/*
 * server_stats: what a fixture server counted, asked over HTTP: its
 * /__flags/stats, and /__flags/reset to begin anew.
 *
 * Blocking, with a time limit of 30 s: connections may be held. Of certificates
 * those of $CURL_CA_BUNDLE are trusted. It costs the server a connection of its
 * own, which is in no statistic.
 */

struct server_stats {
    int64_t requests;    /* as they came over the wire */
    int64_t connections; /* that had a request */
    int64_t peak_in_flight;
    int64_t bytes;   /* sent, heads included */
    int64_t span_us; /* from the first request to the last byte */
};

/* `url` is any URL of the server. 0; -ENOMEM; -EHOSTDOWN: there was no such
   answer. On failure *stats is untouched. The reset makes it the weather of
   another seed, too. */
int server_stats_reset(const char *url, int64_t seed);
int server_stats_get(struct server_stats *stats, const char *url);

/* Likewise, and requests[i] is how many there were for paths[i], of `count`. */
int server_stats_of_paths(struct server_stats *stats, const char *url,
                          const char *const *paths, int64_t *requests,
                          size_t count);

/* Take them down as what a run measured. */
void server_stats_measure(int64_t measured[FIGURES],
                          const struct server_stats *stats);

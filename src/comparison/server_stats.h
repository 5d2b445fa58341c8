#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "comparison/figures.h"

/*
 * server_stats: what a fixture server counted, asked over HTTP: its
 * /__flags/stats and /__flags/requests, and /__flags/reset to begin anew.
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
    int64_t late_us; /* for so long any answer was overdue */
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

/* What the server said to requests for a path, by its journal. */
struct server_answer {
    int64_t began_us; /* the first of them came, counted from the first of all;
                         -1: there was none */
    int64_t ended_us; /* the last answer had been sent; -1: it is not over */
    bool good;        /* its status was below 400 */
};

/* Likewise: answers[i] is of paths[i], as the requests were that the journal
   still has. -ENOMEM; -EHOSTDOWN. */
int server_stats_answers(const char *url, const char *const *paths,
                         struct server_answer *answers, size_t count);

/* Take them down as what a run measured. */
void server_stats_measure(int64_t measured[FIGURES],
                          const struct server_stats *stats);

#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "comparison/comparison.h"

/*
 * baseline: an earlier comparison, from its JSON (flags.compare/2), that this
 * one's cells are related to.
 *
 * Ownership: embedded by the caller, zeroed; baseline_close() once.
 */
struct baseline {
    json_t *report; /* NULL: there is none */
};

/* Room for a phrase. */
enum { BASELINE_WHY_SIZE = 200 };

/* Read it. 0; -EINVAL: `why` says in a phrase what is wrong with it; -ENOMEM
   and other negative errno values: it cannot be read. On failure there is
   nothing to close. */
int baseline_open(struct baseline *baseline, const char *file,
                  char why[BASELINE_WHY_SIZE]);
void baseline_close(struct baseline *baseline);

/*
 * Whether it was of the same weather (seeds and factors), corpus (codes, with
 * metadata or not), server, observer, timeout and versions as what is set up
 * here, those of programs included. Else `why` names the first that differs:
 * "seed 2, not 1".
 */
bool baseline_matches(const struct baseline *baseline,
                      const struct comparison *comparison,
                      char why[BASELINE_WHY_SIZE]);

/* Whether that holds for the queries of URLs, too: where one of server and
   programs is not shown, here or there, nobody can tell. */
bool baseline_knows_queries(const struct baseline *baseline,
                            const struct comparison *comparison);

/* Of an earlier comparison's JSON: the cell that is this one's like, or NULL.
 */
const json_t *baseline_like(const json_t *report,
                            const struct comparison_cell *cell);

/* Whether it had the same files in place, as comparison->files tells; where one
   of them does not tell, it had. */
bool baseline_has_files(const struct baseline *baseline, const char *files);

/*
 * Relate each cell to the one of the baseline that has its strategy (or name
 * and command), requests in flight, reuse and version of HTTP, as
 * comparison_relate() does; where there is none, cells[].baseline stays NAN.
 * After comparison_derive(). All cells together share one error. -ENOMEM.
 */
int baseline_relate(const struct baseline *baseline,
                    struct comparison *comparison);

#pragma once

#include "comparison/comparison.h"
#include "comparison/plan.h"

/*
 * requests: what the requests of a run took, and how much of that the weather
 * does not explain.
 *
 * Lateness is what a request took beyond the delay that the server was told to
 * put before its answer: connecting, transferring, and the waiting of either
 * side for a processor. It is not known at a server that was not started for
 * the comparison, under weather that has more in it than delays, and of a
 * request that a timeout ended.
 */

/*
 * Fill in the requests of a run, and its quantiles, from its record. -ENOMEM:
 * the run has none. To be freed by
 * requests_close().
 */
int requests_measure(struct comparison_run *run, const struct record *record,
                     const struct compare_work *work);

/* From having a connection to the answer's last byte: the server's delay, the
   way there and back, and what the body takes, which no strategy gets sooner.
 */
int64_t requests_answer_us(const struct record_request *request);

/* Harmless when repeated. */
void requests_close(struct comparison_run *run);

#pragma once

#include "comparison/comparison.h"
#include "comparison/ideal.h"
#include "comparison/plan.h"
#include "comparison/results.h"
#include "comparison/settings.h"

/*
 * compare_ideals: the ideal of each cell of a comparison. Of our server the
 * weather is known; of any other the delays are estimated from the runs of the
 * first sequential cell with runs that count; where there is none, the ideals
 * stay NAN.
 *
 * After results_finish(). 0, or a negative errno value: some are missing.
 */
int compare_ideals(struct comparison *comparison, const struct results *results,
                   const struct compare_work *work,
                   const struct compare_settings *settings);

/*
 * Before results_finish(): tell the results what weathers and files predict of
 * our server; nothing of any other, where runs have to be held against each
 * other. *predictions, one for each item under the first weather, then under
 * the next, is to be freed; NULL: nothing is predicted. 0, or a negative errno
 * value: it is untouched.
 */
int compare_predict_work(struct prediction **predictions,
                         struct results *results,
                         const struct comparison_setup *setup,
                         const struct compare_work *work,
                         const struct compare_settings *settings);

/*
 * How long a run of a program may take at our server: three times the sum of
 * the delays, of the weather with the longest, and three times the timeout of
 * an attempt. 0, or a negative errno value.
 */
int compare_limit(int64_t *limit_us, const struct compare_work *work,
                  const struct compare_settings *settings);

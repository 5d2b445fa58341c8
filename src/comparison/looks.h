#pragma once

#include <stdbool.h>

#include "comparison/checks.h"
#include "comparison/comparison.h"
#include "comparison/plan.h"
#include "comparison/results.h"
#include "comparison/settings.h"

/*
 * looks: when a comparison with --until or --until-decided has runs enough. It
 * is looked at after as many runs of each cell as were asked for, but no fewer
 * than COMPARISON_RUNS_LEAST, then each time that they have doubled, and after
 * --max-runs: then it ends in any case. Which looks there may be is known
 * before the first one, so that they can share the error (struct
 * comparison_looks).
 */

/* As the settings ask for; zero where they ask for neither. */
void looks_plan(struct comparison_looks *looks,
                const struct compare_settings *settings);

/*
 * Whether a comparison that is derived, and whose checks are judged, is as it
 * is to be. A cell without a run that counts has no ratio to be narrow, and a
 * condition that is impossible is decided.
 */
bool looks_enough(const struct comparison *comparison);

/*
 * Take the next look at the runs that there are. *over: no more are to be made,
 * be it that there are enough, that it was the last look, or that nothing
 * counts of the cell that all are related to. Of the comparison `looks` alone
 * is changed. 0, or a negative errno value: the look was not taken.
 */
int looks_take(struct comparison *comparison, const struct results *results,
               const struct compare_work *work,
               const struct compare_settings *settings,
               struct compare_checks *checks, bool *over);

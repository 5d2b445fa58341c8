#pragma once

#include "comparison/comparison.h"
#include "comparison/plan.h"
#include "process/machine.h"

/*
 * compare_setup: what a comparison was made of and on, for its reports.
 *
 * Ownership: embedded by the caller, zeroed; setup_close() once. The comparison
 * borrows it, and settings and work.
 */
struct compare_setup {
    struct machine machine;
    const char **codes;
    char *server; /* as it is shown; NULL: ours */
};

/* 0 or -ENOMEM. After the plan was made. */
int setup_describe(struct compare_setup *setup,
                   const struct compare_settings *settings,
                   const struct compare_work *work,
                   struct comparison_setup *comparison);
void setup_close(struct compare_setup *setup);

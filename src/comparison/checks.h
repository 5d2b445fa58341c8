#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/option.h"
#include "comparison/comparison.h"
#include "comparison/condition.h"

/*
 * compare_checks: the conditions of --fail-if.
 *
 * Ownership: embedded by the caller, zeroed; checks_close() once, after the
 * comparison's.
 */
struct compare_checks {
    struct condition *conditions;
    struct comparison_check *checks;
    size_t count;
};

/* Read them, and hold them against the comparison's cells, before any run. 0;
   -EINVAL: a usage error, in line->error; -ENOMEM. */
int checks_parse(struct compare_checks *checks,
                 const struct option_texts *expressions,
                 const struct comparison *comparison,
                 struct command_line *line);

/* For --until-decided, once the looks are planned: -EINVAL: a usage error, in
   line->error, as so few weathers do not decide one of them, however many runs
   there are. */
int checks_want_weathers(const struct compare_checks *checks,
                         const struct comparison *comparison,
                         struct command_line *line);

/* After comparison_derive(): judge all; the comparison borrows what comes out.
   -ENOMEM. */
int checks_judge(struct compare_checks *checks, struct comparison *comparison);

/* Whether one of the comparison's checks is a reason for status 6. */
bool checks_failed(const struct comparison *comparison);

void checks_close(struct compare_checks *checks);

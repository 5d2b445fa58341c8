#include "comparison/checks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "text/escape.h"
#include "text/quantity.h"

int checks_parse(struct compare_checks *checks,
                 const struct option_texts *expressions,
                 const struct comparison *comparison, struct command_line *line)
{
    char why[CONDITION_WHY_SIZE];

    if (expressions->count == 0)
        return 0;
    checks->conditions =
        calloc(expressions->count, sizeof(*checks->conditions));
    checks->checks = calloc(expressions->count, sizeof(*checks->checks));
    if (!checks->conditions || !checks->checks)
        return -ENOMEM;
    for (size_t i = 0; i < expressions->count; i++) {
        struct condition *condition = &checks->conditions[i];
        int rc = condition_parse(condition, expressions->items[i], why);

        if (rc == 0)
            rc = condition_check(condition, comparison, why);
        if (rc < 0)
            return command_line_refuse(line, "--fail-if", expressions->items[i],
                                       why, NULL);
        checks->count++;
    }
    return 0;
}

int checks_want_weathers(const struct compare_checks *checks,
                         const struct comparison *comparison,
                         struct command_line *line)
{
    char shown[64];

    if (!comparison_has_weathers(comparison) || !comparison->looks.decide)
        return 0;
    for (size_t i = 0; i < checks->count; i++) {
        const struct condition *condition = &checks->conditions[i];
        size_t least = condition_least_weathers(condition, comparison);

        if (comparison->setup.weathers >= least)
            continue;
        escape_copy(shown, sizeof(shown), condition->text);
        snprintf(line->error, sizeof(line->error),
                 "--until-decided: with %zu look%s, '%s' wants at least %zu "
                 "weathers (--seeds %zu)",
                 comparison->looks.planned,
                 quantity_plural(comparison->looks.planned), shown, least,
                 least);
        return -EINVAL;
    }
    return 0;
}

int checks_judge(struct compare_checks *checks, struct comparison *comparison)
{
    for (size_t i = 0; i < checks->count; i++) {
        int rc = condition_judge(&checks->conditions[i], comparison,
                                 &checks->checks[i]);

        if (rc < 0)
            return rc;
    }
    comparison->checks = checks->checks;
    comparison->check_count = checks->count;
    return 0;
}

bool checks_failed(const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->check_count; i++) {
        enum comparison_verdict verdict = comparison->checks[i].verdict;

        if (verdict == VERDICT_FAILED || verdict == VERDICT_IMPOSSIBLE ||
            (verdict == VERDICT_UNDECIDED && comparison->fail_undecided))
            return true;
    }
    return false;
}

void checks_close(struct compare_checks *checks)
{
    free(checks->conditions);
    free(checks->checks);
    *checks = (struct compare_checks){0};
}

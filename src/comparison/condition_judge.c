#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/condition.h"
#include "comparison/condition_series.h"
#include "comparison/condition_varies.h"
#include "comparison/ranks.h"

enum { SEED = 20 };

/* What a value of the condition is worked out from. */
struct leaf {
    enum figure_id field;
    struct series own;
    struct series first; /* of HOW_RATIO: the first cell's times; else under
                            several weathers: the ideals of the cell's */
    double constant;     /* the ideal, or a count */
    double given;        /* in place of what the series say; NAN: nothing */
};

struct judge {
    const struct condition *condition;
    const struct comparison *comparison;
    bool weathers;       /* what is of a weather differs between samples */
    struct draws *runs;  /* of each cell */
    struct leaf *leaves; /* of each node */
    char *reason;        /* that there is no answer */
};

static bool know(struct judge *judge, const struct condition_node *node,
                 bool known, const char *why)
{
    if (!known)
        snprintf(judge->reason, sizeof((struct comparison_check){0}.reason),
                 "%.*s is not known: %s",
                 node->size < 64 ? (int)node->size : 64,
                 judge->condition->text + node->begin, why);
    return known;
}

/* Of the runs of a cell. -ENODATA: not of all of them known. */
static int load_runs(struct judge *judge, size_t cell, enum figure_id field,
                     struct series *series)
{
    return series_of_runs(series, &judge->comparison->cells[cell],
                          &judge->runs[cell], field);
}

/* Whether it is the same in each sample. */
static bool is_constant(const struct judge *judge,
                        const struct condition_node *node)
{
    return condition_is_constant(node, judge->weathers);
}

/* The times of a cell and of the first one, to be related. */
static int load_ratio(struct judge *judge, size_t cell, struct leaf *leaf)
{
    int error = load_runs(judge, 0, leaf->field, &leaf->first);

    if (!error)
        error = load_runs(judge, cell, leaf->field, &leaf->own);
    if (!error)
        error = series_relates(&leaf->first);
    return error ? error : series_relates(&leaf->own);
}

/* 0; -ENODATA: there is no such value, and the reason is given; -ENOMEM. */
static int load(struct judge *judge, const struct condition_node *node,
                struct leaf *leaf)
{
    const struct comparison_cell *cell = &judge->comparison->cells[node->cell];
    enum figure_how how = figures[node->field].how;
    int error = 0;

    leaf->field = (enum figure_id)node->field;
    leaf->given = (double)NAN;
    if (how == HOW_COUNTED) {
        leaf->constant = figure_of(cell, leaf->field);
        return 0;
    }
    leaf->constant = cell->ideal_us / 1e6;
    if (figures[node->field].of_ideal &&
        !know(judge, node, !isnan(cell->ideal_us), "there is no ideal"))
        return -ENODATA;
    if (figures[node->field].of_ideal && how != HOW_IDEAL &&
        !know(judge, node, !cell->queued, "the server queues its requests"))
        return -ENODATA;
    if (how == HOW_IDEAL && is_constant(judge, node))
        return 0;
    if (!know(judge, node, cell->run_count > 0, "no run counts"))
        return -ENODATA;
    if (how == HOW_RATIO &&
        !know(judge, node, judge->comparison->cells[0].run_count > 0,
              "no run of the first counts"))
        return -ENODATA;
    if (how == HOW_RATIO && node->cell == 0)
        leaf->given = 1;
    else if (how == HOW_RATIO)
        error = load_ratio(judge, node->cell, leaf);
    else if (how != HOW_IDEAL)
        error = load_runs(judge, node->cell, leaf->field, &leaf->own);
    if (!error && figures[node->field].of_ideal && judge->weathers)
        error = load_runs(judge, node->cell, FIGURE_IDEAL, &leaf->first);
    if (error == -ENODATA)
        know(judge, node, false, "the runs do not tell");
    return error;
}

static double leaf_value(const struct leaf *leaf)
{
    const struct figure *figure = &figures[leaf->field];
    double constant = leaf->constant;
    double median = 0;

    if (!isnan(leaf->given))
        return leaf->given;
    if (leaf->own.sorted && figure->how != HOW_RATIO)
        median = series_quantile(&leaf->own, 0.5);
    if (figure->of_ideal && leaf->first.sorted)
        constant = series_quantile(&leaf->first, 0.5);
    switch (figure->how) {
    case HOW_MEASURED:
    case HOW_SUMMED:
    case HOW_MEDIAN:
        return median;
    case HOW_MEAN:
        return series_mean(&leaf->own);
    case HOW_STDDEV:
        return series_stddev(&leaf->own);
    case HOW_MIN:
        return series_quantile(&leaf->own, 0);
    case HOW_MAX:
        return series_quantile(&leaf->own, 1);
    case HOW_RATIO:
        return series_ratio(&leaf->own, &leaf->first);
    case HOW_OVERHEAD:
        return median - constant;
    case HOW_EFFICIENCY:
        return constant / median;
    case HOW_IDEAL:
    case HOW_COUNTED:
        break;
    }
    return constant;
}

static double apply(int kind, double a, double b)
{
    switch (kind) {
    case NODE_ADD:
        return a + b;
    case NODE_SUBTRACT:
        return a - b;
    case NODE_MULTIPLY:
        return a * b;
    default:
        return a / b;
    }
}

/* Left side less right side, for what is drawn now. */
static double difference(const struct judge *judge)
{
    double stack[CONDITION_NODES];
    size_t height = 0;

    for (size_t i = 0; i < judge->condition->node_count; i++) {
        const struct condition_node *node = &judge->condition->nodes[i];

        if (node->kind == NODE_NUMBER) {
            stack[height++] = node->number;
        } else if (node->kind == NODE_VALUE) {
            stack[height++] = leaf_value(&judge->leaves[i]);
        } else if (node->kind == NODE_NEGATE) {
            stack[height - 1] = -stack[height - 1];
        } else {
            height--;
            stack[height - 1] =
                apply(node->kind, stack[height - 1], stack[height]);
        }
    }
    return stack[0];
}

/* Whether the condition holds for all differences of the interval, for none
   (its opposite holds for all), or neither. */
static enum comparison_verdict verdict_of(enum condition_relation relation,
                                          const struct interval *interval)
{
    bool greater =
        relation == RELATION_GREATER || relation == RELATION_GREATER_EQUAL;
    bool equal =
        relation == RELATION_LESS_EQUAL || relation == RELATION_GREATER_EQUAL;
    double nearest = greater ? interval->low : -interval->high;
    double farthest = greater ? interval->high : -interval->low;

    /* Both are above 0 by how much the condition holds there. */
    if (equal ? nearest >= 0 : nearest > 0)
        return VERDICT_FAILED;
    if (equal ? farthest < 0 : farthest <= 0)
        return VERDICT_PASSED;
    return VERDICT_UNDECIDED;
}

/*
 * The difference where the ratio is its estimate, and between its bounds. With
 * a single place for the ratio r the difference is (a r + b) / (c r + d): it
 * only rises or only falls, unless there is a pole between the bounds. Then
 * that at the estimate is not between those at the bounds, and there is no
 * limit. -ENODATA: there is no number.
 */
static int map_ratio(struct judge *judge, const struct condition_node *node,
                     struct interval *interval)
{
    const struct interval *ratio = &judge->comparison->cells[node->cell].ratio;
    struct leaf *leaf = &judge->leaves[node - judge->condition->nodes];
    double low;
    double high;

    leaf->given = ratio->low;
    low = difference(judge);
    leaf->given = ratio->high;
    high = difference(judge);
    leaf->given = ratio->value;
    *interval =
        (struct interval){difference(judge), fmin(low, high), fmax(low, high)};
    if (!isfinite(interval->value))
        return -ENODATA;
    if (isnan(ratio->low))
        interval->low = interval->high = (double)NAN;
    else if (!interval_holds(interval, interval->value))
        *interval = (struct interval){interval->value, -INFINITY, INFINITY};
    return 0;
}

/* -ENODATA: a sample has no answer. */
static int resample(struct judge *judge, struct interval *interval)
{
    double *estimates = malloc(STATISTICS_RESAMPLES * sizeof(*estimates));
    struct draws_weathers weathers = {
        .count = comparison_weathers(judge->comparison)};
    uint64_t state = SEED;
    bool differs = false;
    bool finite;

    if (!estimates)
        return -ENOMEM;
    interval->value = difference(judge);
    finite = isfinite(interval->value);
    for (size_t i = 0; finite && i < STATISTICS_RESAMPLES; i++) {
        draws_weathers_again(&weathers, &state);
        for (size_t j = 0; j < judge->comparison->cell_count; j++)
            draws_again(&judge->runs[j], &weathers, &state);
        estimates[i] = difference(judge);
        finite = isfinite(estimates[i]);
        differs |=
            estimates[i] < interval->value || estimates[i] > interval->value;
    }
    if (!differs)
        interval->low = interval->high = interval->value;
    else if (finite)
        weathers_bounds(interval, estimates, STATISTICS_RESAMPLES,
                        weathers.count, comparison_error(judge->comparison));
    free(estimates);
    return finite ? 0 : -ENODATA;
}

/* Whether a value varies from run to run, and there are too few of them. */
static bool has_few_runs(const struct judge *judge)
{
    for (size_t i = 0; i < judge->condition->node_count; i++) {
        const struct condition_node *node = &judge->condition->nodes[i];

        if (is_constant(judge, node))
            continue;
        if (judge->comparison->cells[node->cell].run_count <
                COMPARISON_RUNS_LEAST ||
            (figures[node->field].how == HOW_RATIO &&
             judge->comparison->cells[0].run_count < COMPARISON_RUNS_LEAST))
            return true;
    }
    return false;
}

static int load_all(struct judge *judge)
{
    for (size_t i = 0; i < judge->condition->node_count; i++) {
        const struct condition_node *node = &judge->condition->nodes[i];
        int error =
            node->kind == NODE_VALUE ? load(judge, node, &judge->leaves[i]) : 0;

        if (error)
            return error;
    }
    return 0;
}

static void unload(struct judge *judge)
{
    for (size_t i = 0; judge->leaves && i < judge->condition->node_count; i++) {
        series_close(&judge->leaves[i].own);
        series_close(&judge->leaves[i].first);
    }
    for (size_t i = 0; i < judge->comparison->cell_count; i++) {
        if (judge->runs)
            draws_close(&judge->runs[i]);
    }
    free(judge->leaves);
    free(judge->runs);
}

/* For lack of runs: it has no interval. */
static void leave_undecided(const struct judge *judge,
                            struct comparison_check *judged)
{
    size_t least = ranks_least(comparison_error(judge->comparison));

    if (least < COMPARISON_RUNS_LEAST)
        least = COMPARISON_RUNS_LEAST;
    judged->verdict = VERDICT_UNDECIDED;
    judged->difference.low = judged->difference.high = (double)NAN;
    if (comparison_has_weathers(judge->comparison) && !has_few_runs(judge))
        snprintf(judged->reason, sizeof(judged->reason),
                 "%zu weathers are too few to decide it: %zu are the least",
                 judge->comparison->setup.weathers,
                 condition_least_weathers(judge->condition, judge->comparison));
    else
        snprintf(judged->reason, sizeof(judged->reason),
                 "fewer than %zu runs do not decide it", least);
}

int condition_judge(const struct condition *condition,
                    const struct comparison *comparison,
                    struct comparison_check *check)
{
    size_t cells = comparison->cell_count + 1;
    struct comparison_check judged = {
        .expression = condition->text,
        .unit = condition->unit,
        .verdict = VERDICT_IMPOSSIBLE,
        .difference = {NAN, NAN, NAN},
    };
    struct judge judge = {
        .condition = condition,
        .comparison = comparison,
        .weathers = comparison_has_weathers(comparison) &&
                    !condition_is_known(condition),
        .runs = calloc(cells, sizeof(*judge.runs)),
        .leaves = calloc(condition->node_count, sizeof(*judge.leaves)),
        .reason = judged.reason,
    };
    struct interval found = judged.difference;
    int error = -ENOMEM;

    if (judge.runs && judge.leaves)
        error = load_all(&judge);
    if (!error) {
        const struct condition_node *ratio =
            condition_lone_ratio(condition, judge.weathers);

        error =
            ratio ? map_ratio(&judge, ratio, &found) : resample(&judge, &found);
        if (error == -ENODATA)
            snprintf(judged.reason, sizeof(judged.reason),
                     "it divides by 0, or its numbers are too large");
    }
    unload(&judge);
    if (error && error != -ENODATA)
        return error;
    if (!error) {
        double unit = condition->unit == UNIT_TIME ? 1e6 : 1;

        judged.verdict = verdict_of(condition->relation, &found);
        judged.difference = (struct interval){
            found.value * unit, found.low * unit, found.high * unit};
        if (has_few_runs(&judge) || isnan(found.low))
            leave_undecided(&judge, &judged);
    }
    *check = judged;
    return 0;
}

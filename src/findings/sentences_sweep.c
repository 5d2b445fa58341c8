#include <math.h>
#include <stdio.h>

#include "findings/sentences.h"
#include "text/quantity.h"

/* A gain that is nothing to speak of. */
#define SLIGHT_GAIN 0.05

/* The cell alike but for the next greater concurrency, among those that count.
   `above` is 0 for the first. */
static size_t next_limit(const struct sentences *s, size_t like, unsigned above)
{
    size_t next = SENTENCES_NONE;

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *cell = sentences_cell(s, i);

        if (sentences_counts(s, i) &&
            sentences_of(s, i, sentences_cell(s, like)->strategy) &&
            cell->reuse == sentences_cell(s, like)->reuse &&
            cell->http == sentences_cell(s, like)->http &&
            cell->max_req > above &&
            (next == SENTENCES_NONE ||
             cell->max_req < sentences_cell(s, next)->max_req))
            next = i;
    }
    return next;
}

static size_t after(const struct sentences *s, size_t cell)
{
    return next_limit(s, cell, sentences_cell(s, cell)->max_req);
}

/* Whether any greater concurrency is detected to be faster. */
static bool gains(struct sentences *s, size_t cell)
{
    for (size_t i = after(s, cell); i != SENTENCES_NONE; i = after(s, i)) {
        struct interval ratio = sentences_relate(s, i, cell);

        if (ratio.high < 1)
            return true;
    }
    return false;
}

/* By how much the ideal would gain beyond it; 1: nothing, or it is unknown. */
static double ideal_gain(const struct sentences *s, size_t knee)
{
    double own = sentences_cell(s, knee)->ideal_us;
    double gain = 1;

    for (size_t i = after(s, knee); i != SENTENCES_NONE; i = after(s, i)) {
        double ideal = sentences_cell(s, i)->ideal_us;

        if (own > 0 && ideal > 0 && own / ideal > gain &&
            !sentences_cell(s, i)->queued)
            gain = own / ideal;
    }
    return gain;
}

/* The most that greater concurrency may gain: the least bound of all. NAN: it
   is not known. */
static double least_bound(struct sentences *s, size_t knee)
{
    double least = INFINITY;

    for (size_t i = after(s, knee); i != SENTENCES_NONE; i = after(s, i)) {
        double low = sentences_relate_all(s, i, knee).low;

        if (isnan(low))
            return low;
        least = fmin(least, low);
    }
    return least;
}

/* What is known of all that is greater. That nothing is gained is said only
   where it is shown how little it would be at most. */
static void say_beyond(struct sentences *s, size_t knee, double least)
{
    const char *strategy = sentences_cell(s, knee)->strategy;
    unsigned limit = sentences_cell(s, knee)->max_req;
    size_t beyond = after(s, knee);
    unsigned next = sentences_cell(s, beyond)->max_req;
    struct interval ratio = sentences_relate_all(s, beyond, knee);
    double gain = ideal_gain(s, knee);
    char allows[64] = "";

    if (least > 1) {
        struct factor factor = sentences_factor(ratio);

        sentences_say(s,
                      "%s gains nothing beyond -m %u: -m %u takes %s times as "
                      "long%s%s",
                      strategy, limit, next, factor.value, factor.bounds,
                      sentences_waits(s, beyond, knee));
        return;
    }
    if (least >= 1 - SLIGHT_GAIN) {
        sentences_say(s,
                      "%s gains less than %.0f %% beyond -m %u: -m %u takes "
                      "%.2f to %.2f times as long",
                      strategy, SLIGHT_GAIN * 100, limit, next, ratio.low,
                      ratio.high);
        return;
    }
    if (gain >= 1 + SLIGHT_GAIN)
        snprintf(allows, sizeof(allows),
                 "; the ideal would allow %.*f times the speed",
                 gain < 9.995 ? 2 : 1, gain);
    sentences_say(s,
                  "%s is not shown to gain beyond -m %u: -m %u takes %.2f to "
                  "%.2f times as long%s",
                  strategy, limit, next, ratio.low, ratio.high, allows);
}

/* Where more concurrency stops to gain anything. Every greater one is asked,
   as a single step may be too small to be detected. */
static void say_limit(struct sentences *s, size_t like)
{
    size_t knee = next_limit(s, like, 0);
    double least = least_bound(s, knee);

    /* What cannot be related looks like no gain. */
    if (after(s, knee) == SENTENCES_NONE || isnan(least) || s->error)
        return;
    while (after(s, knee) != SENTENCES_NONE && gains(s, knee))
        knee = after(s, knee);
    least = least_bound(s, knee);
    if (s->error || isnan(least))
        return;
    if (after(s, knee) == SENTENCES_NONE)
        sentences_say(s, "%s gets faster up to -m %u, the most that was tried",
                      sentences_cell(s, knee)->strategy,
                      sentences_cell(s, knee)->max_req);
    else
        say_beyond(s, knee, least);
}

/* Of a strategy, the cell of the least concurrency that had errors. */
static size_t first_with_errors(const struct sentences *s, const char *strategy)
{
    size_t first = SENTENCES_NONE;

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *cell = sentences_cell(s, i);

        if (sentences_of(s, i, strategy) && cell->errors > 0 &&
            (first == SENTENCES_NONE ||
             cell->max_req < sentences_cell(s, first)->max_req))
            first = i;
    }
    return first;
}

/* The greatest concurrency of a strategy with several; 0: it has one. */
static unsigned swept_to(const struct sentences *s, const char *strategy)
{
    unsigned least = 0;
    unsigned most = 0;

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *cell = sentences_cell(s, i);

        if (!sentences_of(s, i, strategy) ||
            cell->run_count + cell->invalid == 0)
            continue;
        if (least == 0 || cell->max_req < least)
            least = cell->max_req;
        if (cell->max_req > most)
            most = cell->max_req;
    }
    return most > least ? most : 0;
}

static void say_errors(const struct sentences *s)
{
    unsigned swept = 0;
    bool any = false;

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const char *strategy = sentences_cell(s, i)->strategy;
        unsigned most = swept_to(s, strategy);
        size_t first = first_with_errors(s, strategy);
        const struct comparison_cell *cell;

        if (!sentences_introduces(s, i))
            continue;
        if (most > swept)
            swept = most;
        if (first == SENTENCES_NONE)
            continue;
        any = true;
        cell = sentences_cell(s, first);
        if (most > 0)
            sentences_say(s,
                          "errors begin at -m %u (%s: %zu item%s in %zu run%s)",
                          cell->max_req, strategy, cell->errors,
                          quantity_plural(cell->errors), cell->error_runs,
                          quantity_plural(cell->error_runs));
        else if (sentences_fastest(s, NULL) != SENTENCES_NONE)
            sentences_say(s,
                          "%s had errors that others had not: %zu item%s in "
                          "%zu run%s",
                          cell->name, cell->errors,
                          quantity_plural(cell->errors), cell->error_runs,
                          quantity_plural(cell->error_runs));
    }
    if (swept > 0 && !any && s->comparison->errors == 0)
        sentences_say(s, "no errors up to -m %u", swept);
}

void sentences_sweep(struct sentences *s)
{
    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        size_t best = sentences_fastest(s, sentences_cell(s, i)->strategy);

        if (sentences_introduces(s, i) && best != SENTENCES_NONE)
            say_limit(s, best);
    }
    say_errors(s);
}

/* The faster one of two cells that differ in reuse alone, of a strategy. */
static size_t fastest_with_both(const struct sentences *s, const char *strategy)
{
    size_t best = SENTENCES_NONE;

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *cell = sentences_cell(s, i);

        if (sentences_counts(s, i) && sentences_of(s, i, strategy) &&
            sentences_sibling(s, i, strategy, !cell->reuse) != SENTENCES_NONE &&
            (best == SENTENCES_NONE ||
             cell->observed.median < sentences_cell(s, best)->observed.median))
            best = i;
    }
    return best;
}

static void say_reuse(struct sentences *s, size_t with, size_t without)
{
    const char *strategy = sentences_cell(s, with)->strategy;
    struct interval ratio = sentences_relate(s, with, without);
    struct factor factor = sentences_factor(ratio);

    if (isnan(ratio.low))
        return;
    if (interval_holds(&ratio, 1))
        sentences_say(s,
                      "%s with and without reuse of connections: no difference "
                      "detected",
                      strategy);
    else
        sentences_say(s, "%s %s with reuse of connections as without%s%s",
                      strategy, factor.times, factor.bounds,
                      sentences_waits(s, with, without));
}

void sentences_reuse(struct sentences *s)
{
    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const char *strategy = sentences_cell(s, i)->strategy;
        size_t best = fastest_with_both(s, strategy);

        if (sentences_introduces(s, i) && best != SENTENCES_NONE)
            say_reuse(s, sentences_sibling(s, best, strategy, true),
                      sentences_sibling(s, best, strategy, false));
    }
}

/* The cell alike but for HTTP's version. */
static size_t over(const struct sentences *s, size_t like, int http)
{
    const struct comparison_cell *a = sentences_cell(s, like);

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *b = sentences_cell(s, i);

        if (sentences_counts(s, i) && sentences_of(s, i, a->strategy) &&
            b->http == http && b->reuse == a->reuse && b->max_req == a->max_req)
            return i;
    }
    return SENTENCES_NONE;
}

/* Of the fastest cell of a strategy, if there is its like of the other
   version. */
static void say_http(struct sentences *s, const char *strategy, size_t best)
{
    size_t two = over(s, best, 2);
    size_t one = over(s, best, 1);
    struct interval ratio;
    struct factor factor;

    if (one == SENTENCES_NONE || two == SENTENCES_NONE)
        return;
    ratio = sentences_relate(s, two, one);
    factor = sentences_factor(ratio);
    if (isnan(ratio.low))
        return;
    if (interval_holds(&ratio, 1))
        sentences_say(s,
                      "%s over HTTP/2 and over HTTP/1.1: no difference "
                      "detected",
                      strategy);
    else
        sentences_say(s, "%s %s over HTTP/2 as over HTTP/1.1%s%s", strategy,
                      factor.times, factor.bounds,
                      sentences_waits(s, two, one));
}

void sentences_http(struct sentences *s)
{
    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const char *strategy = sentences_cell(s, i)->strategy;
        size_t best = sentences_fastest(s, strategy);

        if (sentences_introduces(s, i) && best != SENTENCES_NONE)
            say_http(s, strategy, best);
    }
}

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/ranks.h"
#include "findings/sentences.h"

/*
 * Of many pairs of cells that are alike, some look unlike by chance: at 5 % a
 * pair, most comparisons of 16 cells say something wrong. So all pairs that the
 * sentences choose from share one error, by Holm, "A Simple Sequentially
 * Rejective Multiple Test Procedure" (1979): the least likely of K pairs is
 * held against the K-th part of it, the next against the (K - 1)-th, and so on
 * up to the first that may be chance, as then all later ones may. An interval
 * at the error that its pair was held against leaves 1 out exactly if that was
 * passed.
 */

struct sentences_row {
    size_t cell, to; /* to < cell */
    double chance;   /* of being so far apart, if alike */
    double error;    /* that it is held against */
};

static int compare_rows(const void *a, const void *b)
{
    double x = ((const struct sentences_row *)a)->chance;
    double y = ((const struct sentences_row *)b)->chance;

    return (x > y) - (x < y);
}

/*
 * Whether a sentence may be about the two. As the fastest of its kind is spoken
 * of, and it is the fastest by chance, too, all that could have been it are
 * among them: each cell with the first one, cells of a strategy that differ in
 * concurrency, in reuse or in HTTP's version alone, async and threaded ones
 * that are alike else.
 */
static bool is_spoken_of(const struct sentences *s, size_t cell, size_t to)
{
    const struct comparison_cell *a = sentences_cell(s, cell);
    const struct comparison_cell *b = sentences_cell(s, to);
    bool same_strategy = strcmp(a->strategy, b->strategy) == 0;
    bool same_limit = a->max_req == b->max_req;
    bool same_reuse = a->reuse == b->reuse;
    bool same_http = a->http == b->http;

    if (!sentences_counts(s, cell) || !sentences_counts(s, to))
        return false;
    if (to == 0 || (same_strategy && same_limit + same_reuse + same_http >= 2))
        return true;
    return same_limit && same_reuse && same_http && !a->program &&
           !b->program && !sentences_of(s, cell, "sequential") &&
           !sentences_of(s, to, "sequential");
}

static size_t collect(struct sentences *s, struct sentences_row *rows)
{
    size_t count = 0;

    for (size_t cell = 1; cell < s->comparison->cell_count; cell++) {
        for (size_t to = 0; to < cell; to++) {
            if (!is_spoken_of(s, cell, to))
                continue;
            if (rows) {
                rows[count] = (struct sentences_row){.cell = cell, .to = to};
                if (comparison_alike(s->comparison, cell, to,
                                     &rows[count].chance) < 0)
                    s->error = -ENOMEM;
            }
            count++;
        }
    }
    return count;
}

void sentences_rows_open(struct sentences *s)
{
    bool chance = false;

    s->row_count = collect(s, NULL);
    s->rows = calloc(s->row_count + 1, sizeof(*s->rows));
    if (!s->rows) {
        s->row_count = 0;
        s->error = -ENOMEM;
        return;
    }
    collect(s, s->rows);
    qsort(s->rows, s->row_count, sizeof(*s->rows), compare_rows);
    for (size_t i = 0; i < s->row_count; i++) {
        struct sentences_row *row = &s->rows[i];

        /* Those that are equally likely are held against the same. */
        if (chance || (i > 0 && row->chance <= row[-1].chance))
            row->error = row[-1].error;
        else
            row->error =
                comparison_error(s->comparison) / (double)(s->row_count - i);
        chance |= row->chance > row->error;
    }
}

void sentences_rows_close(struct sentences *s)
{
    free(s->rows);
    s->rows = NULL;
}

double sentences_share(const struct sentences *s)
{
    return comparison_error(s->comparison) /
           (double)(s->row_count > 0 ? s->row_count : 1);
}

size_t sentences_least_runs(const struct sentences *s)
{
    size_t least = ranks_least(sentences_share(s));

    /* Student's t knows no least error. */
    if (comparison_has_weathers(s->comparison))
        return COMPARISON_RUNS_LEAST;
    return least > COMPARISON_RUNS_LEAST ? least : COMPARISON_RUNS_LEAST;
}

static struct interval relate(struct sentences *s, size_t cell, size_t to,
                              double error)
{
    struct interval ratio = {NAN, NAN, NAN};

    if (comparison_relate(s->comparison, cell, to, error, &ratio) != 0)
        s->error = -ENOMEM;
    return ratio;
}

struct interval sentences_relate(struct sentences *s, size_t cell, size_t to)
{
    for (size_t i = 0; i < s->row_count; i++) {
        const struct sentences_row *row = &s->rows[i];

        if ((row->cell == cell && row->to == to) ||
            (row->cell == to && row->to == cell))
            return relate(s, cell, to, row->error);
    }
    return relate(s, cell, to, sentences_share(s));
}

struct interval sentences_relate_all(struct sentences *s, size_t cell,
                                     size_t to)
{
    return relate(s, cell, to, sentences_share(s));
}

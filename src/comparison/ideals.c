#include "comparison/ideals.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/ideal.h"
#include "process/corpus.h"

/* The cell that an unknown server's delays are estimated from. */
static const struct comparison_cell *find_sequential(const struct comparison *c)
{
    for (size_t i = 0; i < c->cell_count; i++) {
        if (c->cells[i].run_count > 0 &&
            strcmp(c->cells[i].strategy, downloader_sequential.name) == 0)
            return &c->cells[i];
    }
    return NULL;
}

/* The most that the cell had in flight in any of its runs, if that is more than
   it was told. */
static int64_t width_of(const struct comparison_cell *cell)
{
    int64_t width = cell->max_req;

    for (size_t i = 0; i < cell->run_count; i++) {
        int64_t peak = cell->runs[i].measured[FIGURE_PEAK_IN_FLIGHT];

        width = peak > width ? peak : width;
    }
    return width;
}

/* In whatever order the requests come: no less than the longest of them, and no
   less than an even share of them all. */
static int bound(struct ideal *ideal, const struct comparison_cell *cell,
                 const struct ideal_basis *basis)
{
    struct ideal sum;
    int64_t share_us;
    int rc = compare_ideal(ideal, basis, (unsigned)basis->selection->count);

    if (rc == 0)
        rc = compare_ideal(&sum, basis, 1);
    if (rc < 0)
        return rc;
    share_us = sum.total_us / width_of(cell);
    if (share_us > ideal->total_us)
        ideal->total_us = share_us;
    return 0;
}

static bool is_of(const struct comparison_cell *cell,
                  const struct downloader *strategy)
{
    return strcmp(cell->strategy, strategy->name) == 0;
}

/* A loop has one processor at a time, however many there are. */
static unsigned processors_for(const struct comparison *comparison,
                               const struct comparison_cell *cell,
                               unsigned loops)
{
    long processors = comparison->setup.processors;
    unsigned most = processors > 0 ? (unsigned)processors : cell->max_req;

    if (is_of(cell, &downloader_threaded))
        return most;
    return is_of(cell, &downloader_async) && loops > 1
               ? loops < most ? loops : most
               : 1;
}

/* Of several loops it is not known which has which item: what they compute, and
   the connection that each of them shares. */
static bool hangs_on_loops(const struct comparison_cell *cell,
                           const struct ideal_basis *basis, unsigned loops)
{
    return loops > 1 && is_of(cell, &downloader_async) &&
           (basis->work_us > 0 ||
            (basis->shares && basis->weather &&
             basis->weather->connect.kind != DELAY_FIXED));
}

/* It computes on an image before the metadata is asked for, which the schedule
   in virtual time does after both. */
static bool computes_between(const struct comparison_cell *cell,
                             const struct ideal_basis *basis)
{
    return basis->work_us > 0 && basis->country_names && cell->max_req > 1;
}

static int find_all(struct comparison *comparison, struct ideal_basis *basis,
                    unsigned loops)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        struct comparison_cell *cell = &comparison->cells[i];
        struct ideal ideal;
        int rc;

        basis->reuse = cell->reuse;
        basis->shares =
            cell->http == 2 && cell->reuse && is_of(cell, &downloader_async);
        basis->processors = processors_for(comparison, cell, loops);
        rc = cell->program ? bound(&ideal, cell, basis)
                           : compare_ideal(&ideal, basis, cell->max_req);
        if (rc < 0)
            return rc;
        /* The server's span begins with a request, so when the first connection
           is open. */
        if (comparison->by_server && basis->weather)
            ideal.total_us -= weather_connect_us(basis->weather, 1);
        cell->ideal_us = (double)(ideal.total_us > 0 ? ideal.total_us : 0);
        cell->ideal_is_bound = cell->program;
        comparison->ideal_estimated |= !ideal.exact ||
                                       hangs_on_loops(cell, basis, loops) ||
                                       computes_between(cell, basis);
    }
    return 0;
}

static int estimate_all(struct comparison *comparison,
                        const struct results *results,
                        struct ideal_basis *basis, unsigned loops)
{
    const struct comparison_cell *sequential = find_sequential(comparison);
    int64_t *wait_us = NULL;
    int rc;

    if (!sequential)
        return 0;
    rc = results_waits(results, (size_t)(sequential - comparison->cells),
                       basis->selection->count, &wait_us);
    basis->wait_us = wait_us;
    if (rc == 0 && wait_us)
        rc = find_all(comparison, basis, loops);
    free(wait_us);
    return rc;
}

/* The corpus of our server: as corpus_find(). */
static int find_root(const struct compare_work *work, char *room, size_t size)
{
    if (!work->root)
        return corpus_find(room, size);
    return snprintf(room, size, "%s", work->root) < (int)size ? 0
                                                              : -ENAMETOOLONG;
}

static struct ideal_basis basis_of(const struct compare_work *work,
                                   const struct compare_settings *settings,
                                   const char *root)
{
    return (struct ideal_basis){
        .selection = &work->selection,
        .source = &work->source,
        .country_names = settings->work.country_names,
        .timeout_us = settings->work.timeout_us,
        .bandwidth = settings->factors.bandwidth,
        .work_us = settings->factors.work_us,
        .root = root,
        .weather = work->server_started ? &work->weather : NULL,
    };
}

int compare_ideals(struct comparison *comparison, const struct results *results,
                   const struct compare_work *work,
                   const struct compare_settings *settings)
{
    char root[PATH_MAX];
    struct ideal_basis basis = basis_of(work, settings, root);
    int rc;

    if (!work->server_started)
        return estimate_all(comparison, results, &basis,
                            (unsigned)settings->loops);
    rc = find_root(work, root, sizeof(root));
    return rc < 0 ? rc
                  : find_all(comparison, &basis, (unsigned)settings->loops);
}

int compare_predict_work(struct prediction **predictions,
                         struct results *results,
                         const struct comparison_setup *setup,
                         const struct compare_work *work,
                         const struct compare_settings *settings)
{
    char root[PATH_MAX];
    struct ideal_basis basis = basis_of(work, settings, root);
    struct prediction *made = NULL;
    int rc = work->server_started ? find_root(work, root, sizeof(root)) : 0;

    if (rc >= 0 && work->server_started)
        rc = compare_predict(&made, &basis);
    if (rc == 0 && made)
        rc = same_work_predict(&results->same, setup->codes, made,
                               setup->item_count);
    if (rc < 0)
        free(made);
    else
        *predictions = made;
    return rc < 0 ? rc : 0;
}

int compare_limit(int64_t *limit_us, const struct compare_work *work,
                  const struct compare_settings *settings)
{
    char root[PATH_MAX];
    struct ideal_basis basis = basis_of(work, settings, root);
    struct ideal sum;
    int rc = find_root(work, root, sizeof(root));

    if (rc >= 0)
        rc = compare_ideal(&sum, &basis, 1);
    if (rc == 0)
        *limit_us = 3 * (sum.total_us + settings->work.timeout_us);
    return rc;
}

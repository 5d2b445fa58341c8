#include "comparison/ideals.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/ideal.h"
#include "process/corpus.h"

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

/* Under the weather that `basis` has, which is the one of that number. */
static int find(struct comparison *comparison, struct comparison_cell *cell,
                const struct ideal_basis *basis, unsigned loops, size_t weather)
{
    struct ideal ideal;
    int rc = cell->program ? bound(&ideal, cell, basis)
                           : compare_ideal(&ideal, basis, cell->max_req);

    if (rc < 0)
        return rc;
    /* The server's span begins with a request, so when the first connection
       is open. */
    if (comparison->by_server && basis->weather)
        ideal.total_us -= weather_connect_us(basis->weather, 1);
    cell->ideals_us[weather] =
        (double)(ideal.total_us > 0 ? ideal.total_us : 0);
    cell->ideal_is_bound = cell->program;
    comparison->ideal_estimated |= !ideal.exact ||
                                   hangs_on_loops(cell, basis, loops) ||
                                   computes_between(cell, basis);
    return 0;
}

/* Of the weathers that its runs met. -ENOMEM. */
static int settle(struct comparison_cell *cell, size_t weathers)
{
    size_t count = cell->run_count > 0 ? cell->run_count : weathers;
    int64_t *ideals = calloc(count, sizeof(*ideals));

    if (!ideals)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        ideals[i] = llround(
            cell->ideals_us[cell->run_count > 0 ? cell->runs[i].weather : i]);
    cell->ideal_us = statistics_of(ideals, count).median;
    free(ideals);
    return 0;
}

static int find_all(struct comparison *comparison, const struct ideal_basis *of,
                    unsigned loops)
{
    struct weather weather = of->weather ? *of->weather : (struct weather){0};
    struct ideal_basis basis = *of;
    size_t weathers = comparison_weathers(comparison);
    int rc = 0;

    basis.weather = of->weather ? &weather : NULL;
    for (size_t i = 0; i < comparison->cell_count && rc == 0; i++) {
        struct comparison_cell *cell = &comparison->cells[i];

        basis.reuse = cell->reuse;
        basis.shares =
            cell->http == 2 && cell->reuse && is_of(cell, &downloader_async);
        basis.processors = processors_for(comparison, cell, loops);
        for (size_t j = 0; j < weathers && rc == 0; j++) {
            if (of->weather)
                weather.seed = of->weather->seed + j;
            rc = find(comparison, cell, &basis, loops, j);
        }
        if (rc == 0)
            rc = settle(cell, weathers);
    }
    return rc;
}

static int estimate_all(struct comparison *comparison,
                        const struct results *results,
                        struct ideal_basis *basis, unsigned loops)
{
    const struct comparison_cell *sequential =
        comparison_sequential(comparison);
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
    char root[PATH_MAX] = "";
    struct ideal_basis basis = basis_of(work, settings, root);
    int rc;

    if (!work->server_started)
        return estimate_all(comparison, results, &basis,
                            (unsigned)settings->loops);
    rc = find_root(work, root, sizeof(root));
    return rc < 0 ? rc
                  : find_all(comparison, &basis, (unsigned)settings->loops);
}

/* Of all weathers, or nothing (*all is NULL). */
static int predict(struct prediction **all, struct ideal_basis basis,
                   size_t weathers)
{
    struct weather weather = *basis.weather;
    uint64_t seed = weather.seed;
    size_t items = basis.selection->count;
    struct prediction *made = calloc(weathers * items + 1, sizeof(*made));
    int rc = made ? 0 : -ENOMEM;

    basis.weather = &weather;
    for (size_t i = 0; i < weathers && rc == 0 && made; i++) {
        struct prediction *one = NULL;

        weather.seed = seed + i;
        rc = compare_predict(&one, &basis);
        if (one)
            memcpy(made + i * items, one, items * sizeof(*one));
        if (!one) {
            free(made);
            made = NULL;
        }
        free(one);
    }
    if (rc < 0)
        free(made);
    else
        *all = made;
    return rc;
}

int compare_predict_work(struct prediction **predictions,
                         struct results *results,
                         const struct comparison_setup *setup,
                         const struct compare_work *work,
                         const struct compare_settings *settings)
{
    char root[PATH_MAX] = "";
    struct ideal_basis basis = basis_of(work, settings, root);
    struct prediction *made = NULL;
    int rc = work->server_started ? find_root(work, root, sizeof(root)) : 0;

    if (rc >= 0 && work->server_started)
        rc = predict(&made, basis, (size_t)settings->seeds);
    for (size_t i = 0; rc == 0 && made && i < (size_t)settings->seeds; i++)
        rc = same_work_predict(&results->same, i, setup->codes,
                               made + i * setup->item_count, setup->item_count);
    if (rc < 0)
        free(made);
    else
        *predictions = made;
    return rc < 0 ? rc : 0;
}

int compare_limit(int64_t *limit_us, const struct compare_work *work,
                  const struct compare_settings *settings)
{
    char root[PATH_MAX] = "";
    struct ideal_basis basis = basis_of(work, settings, root);
    struct weather weather = work->weather;
    int64_t longest_us = 0;
    int rc = find_root(work, root, sizeof(root));

    basis.weather = &weather;
    for (int64_t i = 0; i < settings->seeds && rc >= 0; i++) {
        struct ideal sum;

        weather.seed = work->weather.seed + (uint64_t)i;
        rc = compare_ideal(&sum, &basis, 1);
        if (rc >= 0 && sum.total_us > longest_us)
            longest_us = sum.total_us;
    }
    if (rc >= 0)
        *limit_us = 3 * (longest_us + settings->work.timeout_us);
    return rc < 0 ? rc : 0;
}

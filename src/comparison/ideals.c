#include "comparison/ideals.h"

#include <limits.h>
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

static int find_all(struct comparison *comparison,
                    const struct ideal_basis *basis)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        struct comparison_cell *cell = &comparison->cells[i];
        struct ideal ideal;
        int rc = compare_ideal(&ideal, basis, cell->max_req);

        if (rc < 0)
            return rc;
        cell->ideal_us = (double)ideal.total_us;
        comparison->ideal_estimated |= !ideal.exact;
    }
    return 0;
}

static int estimate_all(struct comparison *comparison,
                        const struct results *results,
                        struct ideal_basis *basis)
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
        rc = find_all(comparison, basis);
    free(wait_us);
    return rc;
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
        return estimate_all(comparison, results, &basis);
    rc = corpus_find(root, sizeof(root));
    return rc < 0 ? rc : find_all(comparison, &basis);
}

int compare_predict_work(struct results *results,
                         const struct comparison_setup *setup,
                         const struct compare_work *work,
                         const struct compare_settings *settings)
{
    char root[PATH_MAX];
    struct ideal_basis basis = basis_of(work, settings, root);
    struct prediction *predictions = NULL;
    int rc = 0;

    if (!work->server_started)
        return 0;
    rc = corpus_find(root, sizeof(root));
    if (rc >= 0)
        rc = compare_predict(&predictions, &basis);
    if (rc == 0 && predictions)
        rc = same_work_predict(&results->same, setup->codes, predictions,
                               setup->item_count);
    free(predictions);
    return rc;
}

#include "scene.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MIB 1048576

int64_t known(int64_t value, int64_t unit)
{
    return value > 0 ? value * unit : -1;
}

struct comparison_cell cell_of(const struct row *row)
{
    struct comparison_cell cell = {
        .strategy = row->strategy,
        .max_req = row->max_req,
        .reuse = row->reuse,
        .run_count = row->runs,
        .invalid = row->invalid,
        .errors = row->errors,
        .error_runs = row->error_runs,
        .ideal_us = row->ideal_ms > 0 ? row->ideal_ms * 1000 : NAN,
    };

    cell.runs = calloc(row->runs + 1, sizeof(*cell.runs));
    for (size_t i = 0; i < row->runs; i++) {
        int64_t percent =
            row->runs > 10 ? 100 : 100 + (int64_t)i - (int64_t)(row->runs / 2);

        int64_t *measured = cell.runs[i].measured;

        cell.runs[i].observed_us = row->median_ms * 10 * percent;
        figures_forget(measured);
        measured[FIGURE_USER] = known(row->cpu_ms, 1000);
        measured[FIGURE_SYSTEM] = row->cpu_ms > 0 ? 0 : -1;
        measured[FIGURE_PEAK_RSS] = known(row->rss_mib, MIB);
        measured[FIGURE_THREADS] = known(row->threads, 1);
        measured[FIGURE_CONNECTIONS] = known(row->connections, 1);
    }
    return cell;
}

void note(void *arg, const char *sentence)
{
    FILE *out = arg;

    cr_expect(le(sz, strlen(sentence), 300), "%s", sentence);
    cr_expect(eq(ptr, strchr(sentence, '\n'), NULL));
    fprintf(out, "%s\n", sentence);
}

void expect_scene(const struct scene *scene)
{
    struct comparison comparison = scene->with;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    comparison.cells = calloc(COUNT(scene->rows), sizeof(*comparison.cells));
    while (comparison.cell_count < COUNT(scene->rows) &&
           scene->rows[comparison.cell_count].strategy) {
        comparison.cells[comparison.cell_count] =
            cell_of(&scene->rows[comparison.cell_count]);
        comparison.cell_count++;
    }
    cr_assert(eq(int, comparison_derive(&comparison), 0));
    cr_assert(eq(int, comparison_conclude(&comparison, note, out), 0));
    fclose(out);
    cr_expect(eq(str, text, (char *)scene->sentences));
    free(text);
    comparison_close(&comparison);
}

#include "command/compare_say.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/message.h"

/* What a cell is called while it is run. */
enum { NAME_SIZE = 64 };

static void name_of(char name[NAME_SIZE], const struct comparison_cell *cell)
{
    if (cell->has_limit)
        snprintf(name, NAME_SIZE, "%s -m %u%s%s%s", cell->strategy,
                 cell->max_req, cell->reuse ? "" : " no reuse",
                 cell->http == 2 ? " h2" : "", cell->again ? " again" : "");
    else
        snprintf(name, NAME_SIZE, "%s", cell->strategy);
}

void compare_say_invalid(const struct comparison_cell *cell, int64_t number,
                         const char *why)
{
    char of[32] = "a warm-up";
    char name[NAME_SIZE];

    if (number > 0)
        snprintf(of, sizeof(of), "run %" PRId64, number);
    name_of(name, cell);
    message("%s, %s does not count: %s", name, of, why);
}

void compare_say_excluded(const struct comparison_cell *cell, const char *why)
{
    char name[NAME_SIZE];

    name_of(name, cell);
    message("%s is left out: %s", name, why);
}

void compare_say_progress(const struct compare_runs *runs,
                          const struct grid_run *which)
{
    const struct comparison_cell *cell;
    char name[NAME_SIZE];

    if (!runs->progress)
        return;
    fputs("\r\x1b[K", stderr);
    if (!which)
        return;
    cell = &runs->comparison->cells[which->cell];
    name_of(name, cell);
    fprintf(stderr, "%s, ", name);
    if (which->number == 0)
        fputs("to warm up", stderr);
    else
        fprintf(stderr, "run %" PRId64 " of %" PRId64, which->number,
                runs->comparison->setup.runs);
    fputc('\r', stderr); /* what the run says begins a line */
}

#include <math.h>
#include <string.h>

#include "findings/sentences.h"
#include "text/quantity.h"

enum { QUEUED_SIZE = 110 };

/* Parts that make up less than this share of the overhead are not told. */
static const double negligible = 0.02;

/* What the two sides and the connections between them have in it. The server is
   late while it waits for a processor, and while it does not, and waits for one
   while nothing is due: how much of either is the other, nobody knows. So both
   are one part, which is no more than their sum. */
enum part { PART_SERVER, PART_CLIENT, PART_CONNECTING, PARTS };

/* In microseconds; NAN: nothing of it was measured. */
static double part_of(const struct comparison_cell *cell, enum part part,
                      const char **is)
{
    double late = figure_of(cell, FIGURE_SERVER_LATE);
    double wait = figure_of(cell, FIGURE_SERVER_WAIT);

    switch (part) {
    case PART_SERVER:
        *is = isnan(late)   ? "the server's wait for a processor"
              : isnan(wait) ? "the server's lateness"
                            : "the server's lateness and wait for a processor";
        return isnan(late) ? wait : isnan(wait) ? late : late + wait;
    case PART_CLIENT:
        *is = "the client's wait for a processor";
        return figure_of(cell, FIGURE_CLIENT_WAIT);
    case PART_CONNECTING:
        *is = "connecting";
        return figure_of(cell, FIGURE_CONNECTING);
    case PARTS:
        break;
    }
    return (double)NAN;
}

static bool is_mostly_disturbed(const struct comparison_cell *cell)
{
    size_t count = 0;

    for (size_t i = 0; i < cell->run_count; i++)
        count += comparison_is_disturbed(&cell->runs[i]);
    return 2 * count > cell->run_count;
}

/* 0 where nobody knows. */
static double waited(const struct comparison_cell *cell)
{
    double client = figure_of(cell, FIGURE_CLIENT_WAIT);
    double server = figure_of(cell, FIGURE_SERVER_WAIT);

    return (isnan(client) ? 0 : client) + (isnan(server) ? 0 : server);
}

const char *sentences_waits(const struct sentences *s, size_t cell, size_t to)
{
    const struct comparison_cell *slower = sentences_cell(s, cell);
    const struct comparison_cell *other = sentences_cell(s, to);

    if (slower->observed.median < other->observed.median) {
        slower = other;
        other = sentences_cell(s, cell);
    }
    return is_mostly_disturbed(slower) &&
                   slower->observed.median - other->observed.median <=
                       waited(slower)
               ? "; no more than the slower one and its server waited for a "
                 "processor"
               : "";
}

/* The cell of which that is said: the fastest one, if it is queued. */
static size_t find_queued(const struct sentences *s)
{
    size_t found = SENTENCES_NONE;

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *cell = sentences_cell(s, i);

        if (cell->queued && sentences_counts(s, i) &&
            (found == SENTENCES_NONE ||
             cell->observed.median < sentences_cell(s, found)->observed.median))
            found = i;
    }
    return found;
}

/* The others, as far as there is room. */
static void say_other_queues(const struct sentences *s, size_t told)
{
    char names[QUEUED_SIZE] = "";
    size_t left = 0;

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        const struct comparison_cell *cell = sentences_cell(s, i);
        size_t size = strlen(names);

        if (!cell->queued || !sentences_counts(s, i) || i == told)
            continue;
        if (left > 0 || snprintf(names + size, sizeof(names) - size, "%s%s",
                                 size > 0 ? ", " : "",
                                 cell->name) >= (int)(sizeof(names) - size)) {
            names[size] = '\0';
            left++;
        }
    }
    if (names[0] && left > 0)
        sentences_say(s, "so it is with %s and %zu more", names, left);
    else if (names[0])
        sentences_say(s, "so it is with %s", names);
}

void sentences_queues(const struct sentences *s)
{
    const struct comparison_cell *alone = comparison_sequential(s->comparison);
    size_t queued = find_queued(s);
    const struct comparison_cell *cell;
    char took[QUANTITY_SIZE];
    char one[QUANTITY_SIZE];

    if (queued == SENTENCES_NONE || !alone)
        return;
    cell = sentences_cell(s, queued);
    quantity_time(took, figure_of(cell, FIGURE_ANSWER_P50));
    quantity_time(one, figure_of(alone, FIGURE_ANSWER_P50));
    sentences_say(s,
                  "answers to %s take %s where one at a time takes %s (by the "
                  "median): the server, or the way to it, queues them, so that "
                  "its overhead and efficiency are not known",
                  cell->name, took, one);
    say_other_queues(s, queued);
}

/*
 * While one waits, another one may not have to, so that each part is no more
 * than that, and what is left over is no less: of an overhead that is known. Of
 * one that is a bound nothing is left for certain.
 */
void sentences_overhead(const struct sentences *s, size_t cell)
{
    double overhead = figure_of(sentences_cell(s, cell), FIGURE_OVERHEAD);
    const struct compare_factors *factors = &s->comparison->setup.factors;
    bool held = factors->tls && factors->connect; /* which the ideal has */
    double left = overhead;
    char told[320] = "";
    char number[QUANTITY_SIZE];
    char rest[QUANTITY_SIZE];

    if (isnan(overhead) || overhead <= 0)
        return;
    for (enum part i = 0; i < PARTS; i++) {
        const char *is = NULL;
        double value = part_of(sentences_cell(s, cell), i, &is);
        double part = fmin(value, left);
        size_t size = strlen(told);

        if (isnan(value) || part < negligible * overhead ||
            (held && i == PART_CONNECTING))
            continue;
        left -= part;
        quantity_time(number, part);
        snprintf(told + size, sizeof(told) - size, "%s%s%s %s",
                 size > 0 ? ", " : "at most ", number, size > 0 ? "" : " are",
                 is);
    }
    if (!told[0])
        return;
    quantity_time(number, overhead);
    quantity_time(rest, left);
    if (sentences_cell(s, cell)->ideal_is_bound)
        sentences_say(s,
                      "of this overhead of at most %s, %s; how much of it is "
                      "the program's own cannot be told",
                      number, told);
    else if (left < negligible * overhead)
        sentences_say(s,
                      "of this overhead of %s, %s; what is the strategy's "
                      "part cannot be told",
                      number, told);
    else
        sentences_say(s,
                      "of this overhead of %s, %s; at least %s are left to "
                      "the strategy",
                      number, told, rest);
}

#include <math.h>
#include <string.h>

#include "findings/sentences.h"
#include "text/quantity.h"

/* Parts that make up less than this share of the overhead are not told. */
static const double negligible = 0.02;

static const struct {
    enum figure_id figure;
    const char *is;
} parts[] = {
    {FIGURE_SERVER_WAIT, "the server's wait for a processor"},
    {FIGURE_CLIENT_WAIT, "the client's wait for a processor"},
    {FIGURE_CONNECTING, "connecting"},
};

/* Requests that take so many times as long as one by one are queued. */
static const double queued = 1.5;

/* The sequential cell, of a server that is not ours, or SENTENCES_NONE. */
static size_t find_sequential(const struct sentences *s)
{
    for (size_t i = 0;
         s->comparison->setup.server && i < s->comparison->cell_count; i++) {
        if (sentences_of(s, i, "sequential") && sentences_counts(s, i))
            return i;
    }
    return SENTENCES_NONE;
}

bool sentences_queue(const struct sentences *s, size_t cell)
{
    size_t sequential = find_sequential(s);
    const struct comparison_cell *of = sentences_cell(s, cell);
    char took[QUANTITY_SIZE];
    char alone[QUANTITY_SIZE];
    double times;

    if (sequential == SENTENCES_NONE || sequential == cell)
        return false;
    times = figure_of(of, FIGURE_P50) /
            figure_of(sentences_cell(s, sequential), FIGURE_P50);
    if (!(times >= queued))
        return false;
    quantity_time(took, figure_of(of, FIGURE_P50));
    quantity_time(alone, figure_of(sentences_cell(s, sequential), FIGURE_P50));
    sentences_say(s,
                  "requests of %s take %s where one at a time takes %s, by the "
                  "median: the server queues them, or the way to it is full; "
                  "its overhead is of that, and not the strategy's",
                  of->name, took, alone);
    return true;
}

/*
 * While one waits, another one may not have to, so that each part is no more
 * than that, and what is left over is no less.
 */
void sentences_overhead(const struct sentences *s, size_t cell)
{
    double overhead = figure_of(sentences_cell(s, cell), FIGURE_OVERHEAD);
    const struct compare_factors *factors = &s->comparison->setup.factors;
    bool held = factors->tls && factors->connect; /* which the ideal has */
    double left = overhead;
    char told[160] = "";
    char number[QUANTITY_SIZE];
    char rest[QUANTITY_SIZE];

    if (isnan(overhead) || overhead <= 0)
        return;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        double value = figure_of(sentences_cell(s, cell), parts[i].figure);
        double part = fmin(value, left);
        size_t size = strlen(told);

        if (isnan(value) || part < negligible * overhead ||
            (held && parts[i].figure == FIGURE_CONNECTING))
            continue;
        left -= part;
        quantity_time(number, part);
        snprintf(told + size, sizeof(told) - size, "%s%s%s %s",
                 size > 0 ? ", " : "at most ", number, size > 0 ? "" : " are",
                 parts[i].is);
    }
    if (!told[0])
        return;
    quantity_time(number, overhead);
    quantity_time(rest, left);
    if (left < negligible * overhead)
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

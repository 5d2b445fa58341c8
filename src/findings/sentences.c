#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/comparison.h"
#include "findings/sentences.h"
#include "text/quantity.h"

/* No sentence is as long as that, nor may one be cut. */
enum { SENTENCE_SIZE = 1024, OTHERS_SIZE = 110, DISTANCE_SIZE = 40 };

/* A difference may be certain, and nothing to speak of. */
#define SLIGHT 0.01

void sentences_say(const struct sentences *s, const char *format, ...)
{
    char sentence[SENTENCE_SIZE];
    int length;
    va_list args;

    if (s->silent)
        return;
    va_start(args, format);
    length = vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    (void)length;
    assert(length > 0 && length < SENTENCE_SIZE);
    s->on_sentence(s->arg, sentence);
}

const struct comparison_cell *sentences_cell(const struct sentences *s,
                                             size_t cell)
{
    return &s->comparison->cells[cell];
}

bool sentences_counts(const struct sentences *s, size_t cell)
{
    return sentences_cell(s, cell)->observed.count > 0 &&
           !sentences_cell(s, cell)->again;
}

bool sentences_of(const struct sentences *s, size_t cell, const char *strategy)
{
    return strcmp(sentences_cell(s, cell)->strategy, strategy) == 0;
}

bool sentences_introduces(const struct sentences *s, size_t cell)
{
    for (size_t i = 0; i < cell; i++) {
        if (sentences_of(s, i, sentences_cell(s, cell)->strategy))
            return false;
    }
    return true;
}

size_t sentences_fastest(const struct sentences *s, const char *strategy)
{
    size_t best = SENTENCES_NONE;

    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        if (sentences_counts(s, i) &&
            (!strategy || sentences_of(s, i, strategy)) &&
            (best == SENTENCES_NONE ||
             sentences_cell(s, i)->observed.median <
                 sentences_cell(s, best)->observed.median))
            best = i;
    }
    return best;
}

size_t sentences_sibling(const struct sentences *s, size_t cell,
                         const char *strategy, bool reuse)
{
    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        if (sentences_counts(s, i) && sentences_of(s, i, strategy) &&
            sentences_cell(s, i)->reuse == reuse &&
            sentences_cell(s, i)->http == sentences_cell(s, cell)->http &&
            sentences_cell(s, i)->max_req == sentences_cell(s, cell)->max_req)
            return i;
    }
    return SENTENCES_NONE;
}

struct factor sentences_factor(struct interval ratio)
{
    struct factor factor = {.value = ""};
    bool faster = ratio.high < 1;
    struct interval r = ratio;
    int decimals;

    if (faster)
        r = (struct interval){1 / ratio.value, 1 / ratio.high, 1 / ratio.low};
    decimals = r.value < 1.05    ? 3
               : r.value < 9.995 ? 2
               : r.value < 99.95 ? 1
                                 : 0;
    snprintf(factor.value, sizeof(factor.value), "%.*f", decimals, r.value);
    snprintf(factor.times, sizeof(factor.times), "%s %s times as %s",
             faster ? "is" : "takes", factor.value, faster ? "fast" : "long");
    if (r.low < r.high)
        snprintf(factor.bounds, sizeof(factor.bounds), " (%.*f to %.*f)",
                 decimals, r.low, decimals, r.high);
    return factor;
}

static void say_speed(struct sentences *s, size_t cell, size_t to)
{
    struct interval ratio = sentences_relate(s, cell, to);
    const char *name = sentences_cell(s, cell)->name;
    const char *other = sentences_cell(s, to)->name;
    struct factor factor;
    bool slight;

    if (isnan(ratio.low))
        return;
    slight = fabs(ratio.low - 1) < SLIGHT && fabs(ratio.high - 1) < SLIGHT;
    if (slight) {
        sentences_say(s, "%s and %s%s", name, other,
                      interval_holds(&ratio, 1) ? ": no difference detected"
                                                : " differ by less than 1 %");
        return;
    }
    if (interval_holds(&ratio, 1)) {
        sentences_say(s,
                      "%s and %s: no difference detected (%s takes %.2f to "
                      "%.2f times as long)",
                      name, other, name, ratio.low, ratio.high);
        return;
    }
    factor = sentences_factor(ratio);
    sentences_say(s, "%s %s as %s%s%s", name, factor.times, other,
                  factor.bounds, sentences_waits(s, cell, to));
}

/* A comparison of one cell, or with one that counts, says what it took. */
static void say_time(struct sentences *s, size_t cell)
{
    const struct statistics *observed = &sentences_cell(s, cell)->observed;
    char median[QUANTITY_SIZE];
    char min[QUANTITY_SIZE];
    char max[QUANTITY_SIZE];

    quantity_time(median, observed->median);
    quantity_time(min, observed->min);
    quantity_time(max, observed->max);
    if (observed->count == 1)
        sentences_say(s, "%s takes %s in its only run",
                      sentences_cell(s, cell)->name, median);
    else
        sentences_say(s, "%s takes %s (%s to %s in %zu runs)",
                      sentences_cell(s, cell)->name, median, min, max,
                      observed->count);
}

/* What has been said of speeds. */
struct speeds {
    size_t said;
    bool few; /* runs: then the times are told alone */
};

/* The cell's strategy, or program, at its fastest against the first cell. */
static void say_fastest(struct sentences *s, size_t i, struct speeds *speeds)
{
    size_t cell = sentences_fastest(s, sentences_cell(s, i)->strategy);

    if (!sentences_introduces(s, i) || !sentences_counts(s, 0) ||
        cell == SENTENCES_NONE || cell == 0)
        return;
    if (isnan(sentences_relate(s, cell, 0).low)) {
        say_time(s, cell);
        speeds->few = true;
    } else {
        say_speed(s, cell, 0);
    }
    speeds->said++;
}

/* The strategies, the last one first, then the programs of others; whether
   there was any. */
static bool say_speeds(struct sentences *s)
{
    struct speeds speeds = {.said = 0};

    for (size_t i = s->comparison->cell_count; i-- > 0;) {
        if (!sentences_cell(s, i)->program)
            say_fastest(s, i, &speeds);
    }
    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        if (sentences_cell(s, i)->program)
            say_fastest(s, i, &speeds);
    }
    if (speeds.few)
        say_time(s, 0);
    return speeds.said > 0;
}

/* Whether say_speeds() has related them. */
static bool told(const struct sentences *s, size_t cell, size_t other)
{
    size_t later = cell == 0 ? other : cell;

    return (cell == 0 || other == 0) &&
           sentences_fastest(s, sentences_cell(s, later)->strategy) == later;
}

/*
 * The async and the threaded cell, alike but for that, of which one is the
 * fastest of all such. *threaded is SENTENCES_NONE if there are none.
 */
static size_t concurrent_pair(const struct sentences *s, size_t *threaded)
{
    size_t async = SENTENCES_NONE;
    double best = INFINITY;

    *threaded = SENTENCES_NONE;
    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        size_t other =
            sentences_sibling(s, i, "threaded", sentences_cell(s, i)->reuse);
        double median;

        if (!sentences_counts(s, i) || !sentences_of(s, i, "async") ||
            other == SENTENCES_NONE)
            continue;
        median = fmin(sentences_cell(s, i)->observed.median,
                      sentences_cell(s, other)->observed.median);
        if (median < best) {
            best = median;
            async = i;
            *threaded = other;
        }
    }
    return async;
}

/* How far a cell is from its ideal: "takes 4 % longer than", "takes 2.10
 * times". */
static void distance_text(char *text, size_t room,
                          const struct comparison_cell *cell)
{
    double times = cell->observed.median / cell->ideal_us;
    const char *most = cell->ideal_is_bound ? "at most " : "";

    if (times <= 1)
        snprintf(text, room, "is no slower than");
    else if (times < 1.005)
        snprintf(text, room, "takes hardly longer than");
    else if (times <= 2)
        snprintf(text, room, "takes %s%.0f %% longer than", most,
                 (times - 1) * 100);
    else
        snprintf(text, room, "takes %s%.*f times", most, times < 9.995 ? 2 : 0,
                 times);
}

/* One that it may be held against. */
static bool has_ideal(const struct sentences *s, size_t cell)
{
    return cell != SENTENCES_NONE && sentences_counts(s, cell) &&
           sentences_cell(s, cell)->ideal_us > 0 &&
           !sentences_cell(s, cell)->queued;
}

/* Append it to a list, if there is room for all of it. */
static void add_distance(char others[OTHERS_SIZE],
                         const struct comparison_cell *cell)
{
    char distance[DISTANCE_SIZE];
    size_t size = strlen(others);

    distance_text(distance, sizeof(distance), cell);
    if (snprintf(others + size, OTHERS_SIZE - size, "%s%s %s its own",
                 size > 0 ? ", " : "; ", cell->strategy,
                 distance) >= (int)(OTHERS_SIZE - size))
        others[size] = '\0';
}

/* The fastest cell in full, that of each other strategy in short. */
static void say_ideal(const struct sentences *s)
{
    size_t best = sentences_fastest(s, NULL);
    char distance[DISTANCE_SIZE];
    char overhead[QUANTITY_SIZE];
    char median[QUANTITY_SIZE];
    char others[OTHERS_SIZE] = "";
    const struct comparison_cell *cell;

    if (!has_ideal(s, best))
        return;
    cell = sentences_cell(s, best);
    for (size_t i = 0; i < s->comparison->cell_count; i++) {
        size_t other = sentences_fastest(s, sentences_cell(s, i)->strategy);

        if (sentences_introduces(s, i) && has_ideal(s, other) &&
            !sentences_cell(s, i)->program &&
            !sentences_of(s, best, sentences_cell(s, i)->strategy))
            add_distance(others, sentences_cell(s, other));
    }
    distance_text(distance, sizeof(distance), cell);
    quantity_time(overhead, figure_of(cell, FIGURE_OVERHEAD));
    quantity_time(median, cell->observed.median);
    if (figure_of(cell, FIGURE_OVERHEAD) > 0)
        sentences_say(
            s, "%s %s its %sideal: %s%s of its %s are overhead%s", cell->name,
            distance, s->comparison->ideal_estimated ? "estimated " : "",
            cell->ideal_is_bound ? "at most " : "", overhead, median, others);
    else
        sentences_say(s, "%s %s its %sideal%s", cell->name, distance,
                      s->comparison->ideal_estimated ? "estimated " : "",
                      others);
}

static void find(struct sentences *s)
{
    size_t threaded;
    size_t async = concurrent_pair(s, &threaded);
    size_t best = sentences_fastest(s, NULL);

    if (!say_speeds(s) && async == SENTENCES_NONE && best != SENTENCES_NONE)
        say_time(s, best);
    if (async != SENTENCES_NONE) {
        if (!told(s, async, threaded))
            say_speed(s, async, threaded);
        sentences_needs(s, async, threaded);
    } else if (best != SENTENCES_NONE) {
        sentences_needs(s, best, 0);
    }
    say_ideal(s);
    if (has_ideal(s, best))
        sentences_overhead(s, best);
    sentences_queues(s);
    sentences_reuse(s);
    sentences_http(s);
    sentences_sweep(s);
    sentences_baseline(s);
}

/* What is not wanted is worked out all the same: how certain a pair has to be
   hangs on those that were spoken of before. */
static int conclude(const struct comparison *comparison, bool findings,
                    bool cautions,
                    void (*on_sentence)(void *arg, const char *sentence),
                    void *arg)
{
    struct sentences s = {
        .comparison = comparison, .on_sentence = on_sentence, .arg = arg};

    s.silent = !findings;
    if (comparison->nothing) {
        sentences_nothing(&s);
        return 0;
    }
    sentences_rows_open(&s);
    find(&s);
    s.silent = !cautions;
    sentences_caution(&s);
    sentences_rows_close(&s);
    return s.error;
}

int comparison_conclude(const struct comparison *comparison,
                        void (*on_sentence)(void *arg, const char *sentence),
                        void *arg)
{
    return conclude(comparison, true, true, on_sentence, arg);
}

int comparison_find(const struct comparison *comparison,
                    void (*on_sentence)(void *arg, const char *sentence),
                    void *arg)
{
    return conclude(comparison, true, false, on_sentence, arg);
}

int comparison_caution(const struct comparison *comparison,
                       void (*on_sentence)(void *arg, const char *sentence),
                       void *arg)
{
    return conclude(comparison, false, true, on_sentence, arg);
}

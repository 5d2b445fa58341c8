#include "comparison/same_work.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/quantity.h"

static void work_close(struct work_done *work)
{
    for (size_t i = 0; i < work->count; i++)
        free(work->items[i].subject);
    free(work->items);
    *work = (struct work_done){0};
}

void same_work_close(struct same_work *same)
{
    for (size_t i = 0; i < same->count; i++)
        work_close(&same->works[i]);
    free(same->works);
    *same = (struct same_work){0};
}

static int work_of(struct work_done *work, const struct compare_run *run)
{
    const struct record *record = &run->record;

    /* A program has no vote on what is right. */
    *work = (struct work_done){.runs = run->is_program ? 0 : 1,
                               .weather = run->figures.weather};
    work->items = calloc(record->item_count + 1, sizeof(*work->items));
    if (!work->items)
        return -ENOMEM;
    for (size_t i = 0; i < record->item_count; i++) {
        const struct record_item *item = &record->items[i];

        work->items[i] = (struct work_item){
            .subject = strdup(item->subject ? item->subject : ""),
            .status = item->status,
            .http_status =
                item->status == STATUS_ERROR && item->cause == CAUSE_HTTP
                    ? item->http_status
                    : 0,
            .attempts = item->attempts,
            .bytes = item->bytes,
            .settled = item->final_us >= 0,
            .digest = run->digests[i],
        };
        work->count++;
        if (!work->items[i].subject) {
            work_close(work);
            return -ENOMEM;
        }
    }
    return 0;
}

/* -1: whatever it is. */
static bool is_same_answer(long a, long b)
{
    return a == b || a < 0 || b < 0;
}

static bool is_same_item(const struct work_item *a, const struct work_item *b)
{
    return strcmp(a->subject, b->subject) == 0 && a->settled == b->settled &&
           a->status == b->status &&
           is_same_answer(a->http_status, b->http_status) &&
           a->attempts == b->attempts && a->bytes == b->bytes &&
           digest_equal(&a->digest, &b->digest);
}

static bool is_same(const struct work_done *a, const struct work_done *b)
{
    if (a->count != b->count || a->weather != b->weather)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (!is_same_item(&a->items[i], &b->items[i]))
            return false;
    }
    return true;
}

/* Take the work over, as another one if there is none like it. -ENOMEM: it is
   closed. */
static int keep(struct same_work *same, struct work_done work, size_t *which)
{
    struct work_done *grown;

    for (size_t i = 0; i < same->count; i++) {
        if (is_same(&same->works[i], &work)) {
            same->works[i].runs += work.runs;
            same->works[i].is_predicted |= work.is_predicted;
            work_close(&work);
            *which = i;
            return 0;
        }
    }
    grown = reallocarray(same->works, same->count + 1, sizeof(*grown));
    if (!grown) {
        work_close(&work);
        return -ENOMEM;
    }
    same->works = grown;
    grown[same->count] = work;
    *which = same->count++;
    return 0;
}

int same_work_add(struct same_work *same, const struct compare_run *run,
                  size_t *which)
{
    struct work_done work;
    int rc = work_of(&work, run);

    return rc < 0 ? rc : keep(same, work, which);
}

int same_work_predict(struct same_work *same, size_t weather,
                      const char *const *subjects,
                      const struct prediction *predictions, size_t count)
{
    struct work_done work = {.items = calloc(count + 1, sizeof(*work.items)),
                             .weather = weather,
                             .is_predicted = true};
    size_t which;

    if (!work.items)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct prediction *prediction = &predictions[i];

        work.items[i] = (struct work_item){
            .subject = strdup(subjects[i]),
            .status = prediction->status,
            .http_status = prediction->status == STATUS_ERROR
                               ? prediction->http_status
                               : 0,
            .attempts = prediction->attempts,
            .bytes = prediction->bytes,
            .settled = true,
            .digest = prediction->digest,
        };
        work.count++;
        if (!work.items[i].subject) {
            work_close(&work);
            return -ENOMEM;
        }
    }
    return keep(same, work, &which);
}

/* "error, HTTP 418". */
static void describe(const struct work_item *item, char *text, size_t size)
{
    if (item->status == STATUS_ERROR && item->http_status > 0)
        snprintf(text, size, "%s, HTTP %ld", status_name(item->status),
                 item->http_status);
    else
        snprintf(text, size, "%s", status_name(item->status));
}

static void describe_difference(const struct work_item *a,
                                const struct work_item *b, char *phrase,
                                size_t size)
{
    char is[40];
    char should[40];

    describe(a, is, sizeof(is));
    describe(b, should, sizeof(should));
    if (strcmp(a->subject, b->subject) != 0)
        snprintf(phrase, size, "%s, not %s", a->subject, b->subject);
    else if (a->settled != b->settled)
        snprintf(phrase, size, "%s: %s", a->subject,
                 a->settled         ? "settled, unlike elsewhere"
                 : a->attempts == 0 ? "never asked for"
                                    : "never settled");
    else if (strcmp(is, should) != 0)
        snprintf(phrase, size, "%s: %s, not %s", a->subject, is, should);
    else if (a->attempts != b->attempts)
        snprintf(phrase, size, "%s: %u attempt%s, not %u", a->subject,
                 a->attempts, quantity_plural(a->attempts), b->attempts);
    else if (digest_is_none(&a->digest))
        snprintf(phrase, size, "%s: %s, but there is no file", a->subject, is);
    else if (a->bytes != b->bytes)
        snprintf(phrase, size, "%s: %" PRId64 " byte%s, not %" PRId64,
                 a->subject, a->bytes, quantity_plural((uint64_t)a->bytes),
                 b->bytes);
    else
        snprintf(phrase, size, "%s: other bytes", a->subject);
}

static void describe_works(const struct work_done *a, const struct work_done *b,
                           char *phrase, size_t size)
{
    if (a->count != b->count) {
        snprintf(phrase, size, "%zu item%s, not %zu", a->count,
                 quantity_plural(a->count), b->count);
        return;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (!is_same_item(&a->items[i], &b->items[i])) {
            describe_difference(&a->items[i], &b->items[i], phrase, size);
            return;
        }
    }
    snprintf(phrase, size, "nothing");
}

int same_work_check(const struct same_work *same, const struct compare_run *run,
                    char *phrase, size_t size)
{
    size_t model = same_work_model(same, run->figures.weather);
    struct work_done work;
    int rc;

    if (model == SIZE_MAX || !same->works[model].is_predicted)
        return 0;
    rc = work_of(&work, run);
    if (rc < 0)
        return rc;
    if (!is_same(&work, &same->works[model]))
        describe_works(&work, &same->works[model], phrase, size);
    work_close(&work);
    return 0;
}

static int files_of(const struct work_done *work, char text[DIGEST_TEXT_SIZE])
{
    struct digest_sum sum = {NULL};
    struct digest digest;
    int rc = digest_sum_begin(&sum);

    for (size_t i = 0; i < work->count && rc == 0; i++) {
        const char *subject = work->items[i].subject;
        char line[DIGEST_TEXT_SIZE + 2] = " ";

        if (digest_is_none(&work->items[i].digest))
            continue;
        digest_text(line + 1, &work->items[i].digest);
        line[DIGEST_TEXT_SIZE] = '\n';
        rc = digest_sum_add(&sum, subject, strlen(subject));
        if (rc == 0)
            rc = digest_sum_add(&sum, line, DIGEST_TEXT_SIZE + 1);
    }
    if (rc == 0)
        rc = digest_sum_end(&sum, &digest);
    digest_sum_close(&sum);
    if (rc == 0)
        digest_text(text, &digest);
    return rc;
}

int same_work_files(const struct same_work *same, size_t which,
                    char text[DIGEST_TEXT_SIZE])
{
    return files_of(&same->works[which], text);
}

int same_work_files_of(const struct compare_run *run,
                       char text[DIGEST_TEXT_SIZE])
{
    struct work_done work;
    int rc = work_of(&work, run);

    if (rc < 0)
        return rc;
    rc = files_of(&work, text);
    work_close(&work);
    return rc;
}

bool same_work_has_any(const struct same_work *same, size_t which)
{
    const struct work_done *work = &same->works[which];

    for (size_t i = 0; i < work->count; i++) {
        if (work->items[i].status == STATUS_OK)
            return true;
    }
    return false;
}

/* Whether `a` is better as a model than `b`: what leaves nothing in place is
   none as long as there is anything else. */
static bool is_better(const struct same_work *same, size_t a, size_t b)
{
    bool has_any = same_work_has_any(same, a);

    if (has_any != same_work_has_any(same, b))
        return has_any;
    return same->works[a].runs > same->works[b].runs;
}

size_t same_work_model(const struct same_work *same, size_t weather)
{
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < same->count; i++) {
        if (same->works[i].weather != weather)
            continue;
        if (same->works[i].is_predicted)
            return i;
        if (best == SIZE_MAX || is_better(same, i, best))
            best = i;
    }
    return best;
}

void same_work_difference(const struct same_work *same, size_t which,
                          size_t model, char *phrase, size_t size)
{
    describe_works(&same->works[which], &same->works[model], phrase, size);
}
size_t same_work_errors(const struct same_work *same, size_t which,
                        size_t model)
{
    const struct work_done *a = &same->works[which];
    const struct work_done *b = &same->works[model];
    size_t errors = 0;

    for (size_t i = 0; i < a->count; i++)
        errors += a->items[i].status == STATUS_ERROR &&
                  (i >= b->count || b->items[i].status != STATUS_ERROR);
    return errors;
}

#include "report/standing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text/escape.h"

enum { SUBJECT_SIZE = 128 };

/* What one worker does. */
struct standing_worker {
    bool busy;
    bool answered; /* of the request now */
    unsigned attempt;
    int64_t started_us;
    int64_t since_us; /* the request began, or its answer */
    char subject[SUBJECT_SIZE];
};

/* Its place, perhaps a new one; NULL: no memory, and it stays unlisted. */
static struct standing_worker *worker_of(struct standing *standing,
                                         unsigned number)
{
    struct standing_worker *grown;
    size_t count = standing->worker_count;

    if (number < count)
        return &standing->workers[number];
    while (count <= number)
        count = count ? 2 * count : 32;
    grown = reallocarray(standing->workers, count, sizeof(*grown));
    if (!grown)
        return NULL;
    memset(grown + standing->worker_count, 0,
           (count - standing->worker_count) * sizeof(*grown));
    standing->workers = grown;
    standing->worker_count = count;
    return &grown[number];
}

static void begin(struct standing_worker *worker, const struct event *event)
{
    *worker = (struct standing_worker){
        .busy = true,
        .attempt = event->attempt,
        .started_us = event->at_us,
        .since_us = event->at_us,
    };
    /* On the stack of a task that is about to wait: printf() would need a page
       more. */
    if (!memccpy(worker->subject, event->item->subject, '\0', SUBJECT_SIZE))
        worker->subject[SUBJECT_SIZE - 1] = '\0';
}

static void update(struct standing *standing, const struct event *event)
{
    struct standing_worker *worker = worker_of(standing, event->worker);

    if (!worker)
        return;
    switch (event->kind) {
    case EVENT_STARTED:
        begin(worker, event);
        break;
    case EVENT_FIRST_BYTE:
    case EVENT_TRANSFERRED:
        worker->answered = event->kind == EVENT_FIRST_BYTE;
        worker->since_us = event->at_us;
        break;
    default: /* the attempt has ended */
        worker->busy = false;
        break;
    }
}

static void on_event(void *arg, const struct event *event)
{
    struct standing *standing = arg;
    bool ends = event->kind == EVENT_FINAL || event->kind == EVENT_RETRY;

    if (!standing->told && standing->is_asked(standing->arg)) {
        standing->told = true;
        standing_list(standing, standing->out, event->at_us);
    }
    if (standing->told && standing->then)
        standing->then(standing->arg);
    if (event->kind == EVENT_STARTED)
        atomic_fetch_add(&standing->busy, 1);
    else if (ends && event->attempt > 0)
        atomic_fetch_sub(&standing->busy, 1);
    if (event->kind == EVENT_FINAL)
        atomic_fetch_add(&standing->of[event->outcome->status], 1);
    if (event->attempt > 0 && event->kind != EVENT_SAVED)
        update(standing, event);
}

void standing_init(struct standing *standing, uint64_t total, FILE *out,
                   bool (*is_asked)(void *arg), void *arg,
                   struct events *events)
{
    *standing = (struct standing){
        .sink = {.on_event = on_event, .arg = standing, .kinds = EVENT_ALL},
        .total = total,
        .out = out,
        .is_asked = is_asked,
        .arg = arg,
    };
    events_add(events, &standing->sink);
}

void standing_close(struct standing *standing)
{
    free(standing->workers);
    standing->workers = NULL;
    standing->worker_count = 0;
}

/* A line put together by nothing that a signal handler may not call. */
struct line {
    char text[256];
    size_t length;
};

static void add_text(struct line *line, const char *text)
{
    while (*text && line->length < sizeof(line->text))
        line->text[line->length++] = *text++;
}

static void add_number(struct line *line, unsigned long long number)
{
    char digits[24];
    size_t at = sizeof(digits);

    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    add_text(line, digits + at);
}

void standing_write(const struct standing *standing, int fd)
{
    static const struct {
        enum status status;
        const char *word;
    } words[] = {
        {STATUS_OK, " ok, "},           {STATUS_UNCHANGED, " unchanged, "},
        {STATUS_SKIPPED, " skipped, "}, {STATUS_NOT_FOUND, " not found, "},
        {STATUS_ERROR, " error, "},     {STATUS_CANCELLED, " cancelled, "}};
    struct line line = {.length = 0};
    long long done = 0;
    int saved = errno;

    for (int i = 0; i < STATUS_COUNT; i++)
        done += atomic_load(&standing->of[i]);
    add_text(&line, "flags: ");
    add_number(&line, (unsigned long long)done);
    if (standing->total > 0) {
        add_text(&line, " of ");
        add_number(&line, standing->total);
    }
    add_text(&line, ": ");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        long long count = atomic_load(&standing->of[words[i].status]);

        if (count == 0)
            continue;
        add_number(&line, (unsigned long long)count);
        add_text(&line, words[i].word);
    }
    add_number(&line, (unsigned long long)atomic_load(&standing->busy));
    add_text(&line, " in flight\n");
    (void)!write(fd, line.text, line.length);
    errno = saved;
}

void standing_list(const struct standing *standing, FILE *out, int64_t now_us)
{
    fprintf(out, "flags: in flight: %lld\n",
            (long long)atomic_load(&standing->busy));
    for (size_t i = 0; i < standing->worker_count; i++) {
        const struct standing_worker *worker = &standing->workers[i];

        if (!worker->busy)
            continue;
        fputs("  ", out);
        escape_print(out, worker->subject);
        fprintf(out, ": %s since %.2f s, started %.2f s ago, attempt %u\n",
                worker->answered ? "receiving" : "waiting for an answer",
                (double)(now_us - worker->since_us) / 1e6,
                (double)(now_us - worker->started_us) / 1e6, worker->attempt);
    }
}

#include "report/progress.h"

#include <inttypes.h>
#include <langinfo.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "text/quantity.h"

enum {
    TICK_US = 100000,
    ETA_AFTER_US = 2000000,
    ETA_TENTH = 10,  /* of the items have to be done for an estimate, */
    ETA_ENOUGH = 10, /* or so many */
    ETA_MOST_S = 359999,
    CELLS_MOST = 40,
    CELLS_LEAST = 10, /* in less room there is no bar, only the numbers */
    COLUMNS_MOST = 10000,
    COLUMNS = 80, /* of a terminal that does not tell */
};

bool progress_fits(FILE *err)
{
    const char *term = getenv("TERM");

    return isatty(fileno(err)) && term && *term && strcmp(term, "dumb") != 0;
}

struct progress_style progress_style_of_terminal(void)
{
    const char *no_color = getenv("NO_COLOR");

    return (struct progress_style){
        .unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
        .colour = !no_color || !*no_color,
    };
}

int progress_columns(FILE *err)
{
    const char *said = getenv("COLUMNS");
    long columns = said ? strtol(said, NULL, 10) : 0;
    struct winsize size;

    if (columns > 0 && columns <= COLUMNS_MOST)
        return (int)columns;
    if (ioctl(fileno(err), TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return COLUMNS;
    return size.ws_col;
}

static void print_cells(FILE *err, const char *cell, int count)
{
    for (int i = 0; i < count; i++)
        fputs(cell, err);
}

static void draw_bar(const struct progress *p, int cells)
{
    int full = p->total ? (int)((uint64_t)cells * p->settled / p->total) : 0;
    const struct progress_style *style = &p->style;

    fputs(style->colour ? "\x1b[32m" : "", p->err);
    print_cells(p->err, style->unicode ? "\u2588" : "#", full);
    fputs(style->colour ? "\x1b[0;2m" : "", p->err);
    print_cells(p->err, style->unicode ? "\u2591" : "-", cells - full);
    fputs(style->colour ? "\x1b[0m " : " ", p->err);
}

/* The numbers, as much of them as there is room for. */
struct numbers {
    char text[192];
    int size;
};

__attribute__((format(printf, 2, 3))) static void add(struct numbers *numbers,
                                                      const char *format, ...)
{
    size_t room = sizeof(numbers->text) - (size_t)numbers->size;
    va_list list;
    int size;

    va_start(list, format);
    size = vsnprintf(numbers->text + numbers->size, room, format, list);
    va_end(list);
    if (size > 0)
        numbers->size += (size_t)size < room ? size : (int)room - 1;
}

/* How long the rest takes, in seconds; negative: nobody can tell. */
static int64_t rest_s(const struct progress *p, int64_t now_us)
{
    double us;

    if (p->settled >= p->total || now_us < ETA_AFTER_US || p->worked == 0 ||
        (p->worked < ETA_ENOUGH && p->worked * ETA_TENTH < p->total))
        return -1;
    us = (double)now_us * (double)(p->total - p->settled) / (double)p->worked;
    return us / 1e6 > ETA_MOST_S ? -1 : (int64_t)(us / 1e6 + 0.5);
}

static void add_rest(struct numbers *numbers, int64_t seconds)
{
    if (seconds < 0)
        return;
    if (seconds < 60)
        add(numbers, ", ETA %" PRId64 "s", seconds);
    else if (seconds < 3600)
        add(numbers, ", ETA %" PRId64 "m %02" PRId64 "s", seconds / 60,
            seconds % 60);
    else
        add(numbers, ", ETA %" PRId64 "h %02" PRId64 "m", seconds / 3600,
            seconds / 60 % 60);
}

static void add_numbers(struct numbers *numbers, const struct progress *p,
                        int64_t now_us)
{
    long long bytes = atomic_load(&p->received);

    add(numbers, "%" PRIu64, p->settled);
    if (p->total)
        add(numbers, "/%" PRIu64, p->total);
    add(numbers, " %.1fs", (double)now_us / 1e6);
    if (p->failed)
        add(numbers, " %" PRIu64 " failed", p->failed);
    if (p->in_flight)
        add(numbers, ", %" PRIu64 " in flight", p->in_flight);
    if (bytes > 0) {
        char size[QUANTITY_SIZE];

        quantity_size(size, (double)bytes);
        add(numbers, ", %s", size);
    }
    add_rest(numbers, rest_s(p, now_us));
}

static void draw(struct progress *p, int64_t now_us)
{
    struct numbers numbers = {.size = 0};
    int room;
    int size;

    add_numbers(&numbers, p, now_us);
    size = numbers.size;
    /* The last column stays free: a character there makes some terminals go
       to the next line. */
    room = progress_columns(p->err) - 1;
    fputs("\r\x1b[K", p->err);
    if (p->total && room > size + 1 + CELLS_LEAST)
        draw_bar(p,
                 room - size - 1 < CELLS_MOST ? room - size - 1 : CELLS_MOST);
    fprintf(p->err, "%.*s", room, numbers.text);
    fflush(p->err);
    p->drawn_us = now_us;
    p->visible = true;
}

static void count(struct progress *p, const struct event *event)
{
    bool ends = event->kind == EVENT_FINAL || event->kind == EVENT_RETRY;

    if (event->kind == EVENT_STARTED)
        p->in_flight++;
    else if (ends && event->attempt > 0 && p->in_flight > 0)
        p->in_flight--;
    if (event->kind != EVENT_FINAL)
        return;
    p->settled++;
    p->worked += event->attempt > 0;
    p->failed += event->outcome->status == STATUS_ERROR;
}

static void on_event(void *arg, const struct event *event)
{
    struct progress *p = arg;

    count(p, event);
    if (!p->visible || p->settled == p->total ||
        event->at_us - p->drawn_us >= TICK_US)
        draw(p, event->at_us);
}

void progress_init(struct progress *progress, FILE *err, uint64_t total,
                   struct progress_style style, struct events *events)
{
    *progress = (struct progress){
        .sink = {.on_event = on_event,
                 .arg = progress,
                 .kinds = EVENT_BIT(EVENT_STARTED) |
                          EVENT_BIT(EVENT_FIRST_BYTE) | EVENT_BIT(EVENT_RETRY) |
                          EVENT_BIT(EVENT_FINAL)},
        .err = err,
        .style = style,
        .total = total,
        .events = events,
    };
    events_add(events, &progress->sink);
    draw(progress, 0);
}

static void on_tick(void *arg, int64_t at_us)
{
    struct progress *p = arg;

    if (!p->visible || at_us - p->drawn_us >= TICK_US / 2)
        draw(p, at_us);
}

/* Wait for the next tick. Whether there is one. */
static bool wait_for_tick(struct progress *p)
{
    struct timespec until;
    int error = 0;
    bool goes_on;

    clock_gettime(CLOCK_MONOTONIC, &until); /* it exists: this cannot fail */
    until.tv_nsec += TICK_US * 1000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&p->lock);
    while (!p->ends && error == 0)
        error = pthread_cond_timedwait(&p->ending, &p->lock, &until);
    goes_on = !p->ends;
    pthread_mutex_unlock(&p->lock);
    return goes_on;
}

static void *run_clock(void *arg)
{
    struct progress *p = arg;

    while (wait_for_tick(p))
        events_look(p->events, on_tick, p);
    return NULL;
}

static int init_ending(struct progress *p)
{
    pthread_condattr_t monotonic;
    int error = pthread_condattr_init(&monotonic);

    if (error)
        return error;
    error = pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    if (error == 0)
        error = pthread_cond_init(&p->ending, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return error;
}

int progress_start(struct progress *progress)
{
    sigset_t all;
    sigset_t before;
    int error = pthread_mutex_init(&progress->lock, NULL);

    if (error)
        return -error;
    error = init_ending(progress);
    if (error) {
        pthread_mutex_destroy(&progress->lock);
        return -error;
    }
    /* Signals are for the threads that wait for them. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&progress->clock, NULL, run_clock, progress);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    progress->has_clock = error == 0;
    if (error) {
        pthread_cond_destroy(&progress->ending);
        pthread_mutex_destroy(&progress->lock);
    }
    return -error;
}

void progress_stop(struct progress *progress)
{
    if (progress->has_clock) {
        pthread_mutex_lock(&progress->lock);
        progress->ends = true;
        pthread_cond_signal(&progress->ending);
        pthread_mutex_unlock(&progress->lock);
        pthread_join(progress->clock, NULL);
        pthread_cond_destroy(&progress->ending);
        pthread_mutex_destroy(&progress->lock);
        progress->has_clock = false;
    }
    progress_hide(progress);
}

void progress_hide(struct progress *progress)
{
    if (!progress->visible)
        return;
    fputs("\r\x1b[K", progress->err);
    fflush(progress->err);
    progress->visible = false;
}

#include "report/progress.h"

#include <inttypes.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    REDRAW_US = 50000,
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

static void draw(struct progress *p, int64_t now_us)
{
    char numbers[96];
    int room;
    int size;

    size = snprintf(numbers, sizeof(numbers), "%" PRIu64, p->settled);
    if (p->total)
        size += snprintf(numbers + size, sizeof(numbers) - (size_t)size,
                         "/%" PRIu64, p->total);
    size += snprintf(numbers + size, sizeof(numbers) - (size_t)size, " %.1fs",
                     (double)now_us / 1e6);
    if (p->failed)
        size += snprintf(numbers + size, sizeof(numbers) - (size_t)size,
                         " %" PRIu64 " failed", p->failed);
    /* The last column stays free: a character there makes some terminals go
       to the next line. */
    room = progress_columns(p->err) - 1;
    fputs("\r\x1b[K", p->err);
    if (p->total && room > size + 1 + CELLS_LEAST)
        draw_bar(p,
                 room - size - 1 < CELLS_MOST ? room - size - 1 : CELLS_MOST);
    fprintf(p->err, "%.*s", room, numbers);
    fflush(p->err);
    p->drawn_us = now_us;
    p->visible = true;
}

static void on_event(void *arg, const struct event *event)
{
    struct progress *p = arg;

    if (event->kind == EVENT_FINAL) {
        p->settled++;
        p->failed += event->outcome->status == STATUS_ERROR;
    }
    if (!p->visible || p->settled == p->total ||
        event->at_us - p->drawn_us >= REDRAW_US)
        draw(p, event->at_us);
}

void progress_init(struct progress *progress, FILE *err, uint64_t total,
                   struct progress_style style, struct events *events)
{
    *progress = (struct progress){
        .sink = {.on_event = on_event,
                 .arg = progress,
                 .kinds = EVENT_BIT(EVENT_STARTED) |
                          EVENT_BIT(EVENT_FIRST_BYTE) | EVENT_BIT(EVENT_FINAL)},
        .err = err,
        .style = style,
        .total = total,
    };
    events_add(events, &progress->sink);
    draw(progress, 0);
}

void progress_hide(struct progress *progress)
{
    if (!progress->visible)
        return;
    fputs("\r\x1b[K", progress->err);
    fflush(progress->err);
    progress->visible = false;
}

#include "findings/race_screen.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "report/progress.h"

enum { ROWS = 24 }; /* of a terminal that does not tell */

static int rows_of(FILE *out)
{
    struct winsize size;

    if (ioctl(fileno(out), TIOCGWINSZ, &size) < 0 || size.ws_row == 0)
        return ROWS;
    return size.ws_row;
}

bool race_screen_fits(FILE *out)
{
    return progress_fits(out) && progress_columns(out) >= RACE_COLUMNS_LEAST;
}

static void show_cursor(struct race_screen *screen, bool shown)
{
    if (!screen->draws)
        return;
    fputs(shown ? "\x1b[?25h" : "\x1b[?25l", screen->out);
    fflush(screen->out);
}

void race_screen_open(struct race_screen *screen, FILE *out)
{
    const struct progress_style style = progress_style_of_terminal();

    *screen = (struct race_screen){
        .out = out,
        .draws = race_screen_fits(out),
        .open = true,
        .unicode = style.unicode,
        .colour = style.colour,
        .shown_us = -1,
    };
    show_cursor(screen, false);
}

/*
 * To the first line of the frame that stands there. Terminals that have become
 * narrower break its lines anew, so that each takes more of theirs.
 */
static void go_up(const struct race_screen *screen,
                  const struct race_style *style)
{
    int width = screen->columns - 1;
    int each =
        style->columns > 0 ? (width + style->columns - 1) / style->columns : 1;
    int up = screen->lines * (each > 1 ? each : 1);

    if (up >= style->rows)
        up = style->rows - 1;
    fprintf(screen->out, "\r\x1b[%dA", up);
    if (style->columns != screen->columns)
        fputs("\x1b[J", screen->out);
}

static void draw(struct race_screen *screen, const struct race *race,
                 int64_t at_us)
{
    struct race_style style = {
        .columns = progress_columns(screen->out),
        .rows = rows_of(screen->out),
        .unicode = screen->unicode,
        .colour = screen->colour,
        .clears = true,
    };
    char *text = NULL;
    size_t size = 0;
    FILE *frame = open_memstream(&text, &size);
    bool whole;
    int lines;

    if (!frame) {
        screen->error = -ENOMEM;
        return;
    }
    lines = race_frame(frame, race, at_us, &style);
    whole = !ferror(frame);
    if (fclose(frame) == 0 && whole) {
        if (screen->lines > 0)
            go_up(screen, &style);
        fwrite(text, 1, size, screen->out);
        if (lines < screen->lines)
            fputs("\x1b[J", screen->out);
        screen->lines = lines;
        screen->columns = style.columns;
    } else {
        screen->error = -ENOMEM;
    }
    free(text);
}

void race_screen_show(struct race_screen *screen, const struct race *race,
                      int64_t at_us)
{
    if (screen->draws)
        draw(screen, race, at_us);
    else
        race_lines(screen->out, race, screen->shown_us, at_us);
    fflush(screen->out);
    screen->shown_us = at_us;
}

void race_screen_pause(struct race_screen *screen)
{
    screen->lines = 0;
    show_cursor(screen, true);
}

void race_screen_resume(struct race_screen *screen)
{
    show_cursor(screen, false);
}

void race_screen_close(struct race_screen *screen)
{
    if (screen->open)
        show_cursor(screen, true);
    screen->open = false;
}

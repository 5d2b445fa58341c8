#include "report/timeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/progress.h"
#include "report/timeline_axis.h"
#include "report/timeline_label.h"
#include "text/escape.h"
#include "text/quantity.h"

enum {
    COLUMNS = 100,
    TIME_WIDTH = 8, /* "52.3 ms" */
    GAP = 2,        /* between the columns */
    BLANK = PHASE_COUNT,
};

/* What a phase looks like. */
static const struct look {
    const char *unicode;
    const char *ascii;
    const char *colour;
} looks[PHASE_COUNT + 1] = {
    [PHASE_QUEUED] = {"\u00b7", ".", "2"},
    [PHASE_CONNECTING] = {"\u2591", "-", "33"},
    [PHASE_WAITING] = {"\u2592", "=", "34"},
    [PHASE_RECEIVING] = {"\u2588", "#", "32"},
    [PHASE_SAVING] = {"\u25aa", "+", "36"},
    [PHASE_FAILED] = {"\u00d7", "x", "31"},
    [PHASE_BACKING_OFF] = {"\u2504", "~", "35"},
    [BLANK] = {" ", " ", NULL},
};

/* What the whole drawing shares. */
struct drawing {
    FILE *out;
    const struct record *record;
    const struct timeline_style *style;
    int label_width, bar_width, outcome_width;
    size_t shown; /* items */
    size_t all;
    unsigned drawn; /* phases, as bits */
};

/* One row of it. */
struct row {
    const struct drawing *drawing;
    const struct record_item *item;
    /* Of each cell the phase that has most of it, and how much that is. */
    int cells[TIMELINE_COLUMNS_MOST];
    int64_t most_us[TIMELINE_COLUMNS_MOST];
};

/* What the bars stand for: the run, or more. */
static int64_t scale_us(const struct drawing *drawing)
{
    int64_t observed_us = record_observed_us(drawing->record);
    int64_t wanted_us = drawing->style->total_us;

    return wanted_us > observed_us ? wanted_us : observed_us;
}

/* Where cell `cell` begins, in time since the first item was scheduled. */
static int64_t cell_us(const struct drawing *drawing, int cell)
{
    return scale_us(drawing) * cell / drawing->bar_width;
}

/* The cell in which that moment is. */
static int cell_at(const struct drawing *drawing, int64_t at_us)
{
    int64_t total_us = scale_us(drawing);
    int64_t cell = total_us > 0 ? at_us * drawing->bar_width / total_us : 0;

    if (cell < 0)
        return 0;
    return cell < drawing->bar_width ? (int)cell : drawing->bar_width - 1;
}

/* Give `phase` the cells that it has most of. */
static void spread(struct row *row, int phase, int64_t from_us, int64_t to_us)
{
    const struct drawing *drawing = row->drawing;
    int last = cell_at(drawing, to_us);

    for (int cell = cell_at(drawing, from_us); cell <= last; cell++) {
        int64_t begin_us = cell_us(drawing, cell);
        int64_t end_us = cell_us(drawing, cell + 1);
        int64_t part_us = (to_us < end_us ? to_us : end_us) -
                          (from_us > begin_us ? from_us : begin_us);

        if (part_us > 0 && part_us >= row->most_us[cell]) {
            row->cells[cell] = phase;
            row->most_us[cell] = part_us;
        }
    }
}

static void on_span(void *arg, const struct record_span *span)
{
    struct row *row = arg;
    int64_t first_us = row->drawing->record->first_us;

    spread(row, (int)span->phase, span->from_us - first_us,
           span->to_us - first_us);
}

static bool is_attempt(int phase)
{
    return phase != PHASE_QUEUED && phase != BLANK;
}

/* However short it was, what was started is seen, and how it failed. */
static void keep_visible(struct row *row)
{
    const struct record_item *item = row->item;
    int64_t first_us = row->drawing->record->first_us;
    int from;
    int to;

    if (item->started_us < 0 || item->final_us < item->started_us)
        return;
    from = cell_at(row->drawing, item->started_us - first_us);
    to = cell_at(row->drawing, item->final_us - first_us);
    while (to > from && !is_attempt(row->cells[to]))
        to--;
    if (!status_in_place(item->status))
        row->cells[to] = PHASE_FAILED;
    else if (!is_attempt(row->cells[to]))
        row->cells[to] = PHASE_WAITING;
}

static void fill(struct row *row, const struct drawing *drawing, size_t index)
{
    int64_t total_us = scale_us(drawing);

    *row = (struct row){.drawing = drawing,
                        .item = &drawing->record->items[index]};
    for (int cell = 0; cell < drawing->bar_width; cell++)
        row->cells[cell] = BLANK;
    record_spans(drawing->record, index, on_span, row);
    if (row->item->final_us >= 0)
        spread(row, BLANK, row->item->final_us - drawing->record->first_us,
               total_us);
    keep_visible(row);
}

static void print_phase(const struct drawing *drawing, int phase)
{
    fputs(drawing->style->unicode ? looks[phase].unicode : looks[phase].ascii,
          drawing->out);
}

static void set_colour(const struct drawing *drawing, const char *colour)
{
    if (drawing->style->colour)
        fprintf(drawing->out, "\x1b[%sm", colour ? colour : "0");
}

static void print_cells(struct drawing *drawing, const struct row *row)
{
    const char *colour = NULL;

    for (int cell = 0; cell < drawing->bar_width; cell++) {
        int phase = row->cells[cell];

        if (looks[phase].colour != colour) {
            if (colour)
                set_colour(drawing, NULL);
            colour = looks[phase].colour;
            if (colour)
                set_colour(drawing, colour);
        }
        print_phase(drawing, phase);
        drawing->drawn |= 1u << phase;
    }
    if (colour)
        set_colour(drawing, NULL);
}

static void print_row(struct drawing *drawing, size_t index)
{
    const struct record_item *item = &drawing->record->items[index];
    char outcome[RECORD_OUTCOME_SIZE];
    char time[QUANTITY_SIZE] = "-";
    struct row row;

    fill(&row, drawing, index);
    timeline_label_print(drawing->out, item->subject, drawing->label_width);
    fprintf(drawing->out, "%*s", GAP, "");
    print_cells(drawing, &row);
    if (item->started_us >= 0 && item->final_us >= item->started_us)
        quantity_time(time, (double)(item->final_us - item->started_us));
    fprintf(drawing->out, "%*s%*s", GAP, "", TIME_WIDTH, time);
    if (!status_in_place(item->status)) {
        record_outcome(outcome, item);
        fprintf(drawing->out, "%*s", GAP, "");
        set_colour(drawing, looks[PHASE_FAILED].colour);
        fputs(outcome, drawing->out);
        set_colour(drawing, NULL);
    }
    putc('\n', drawing->out);
}

static void print_head(const struct drawing *drawing)
{
    char time[QUANTITY_SIZE];

    quantity_time(time, (double)record_observed_us(drawing->record));
    escape_print(drawing->out, drawing->style->title);
    fprintf(drawing->out, ": %zu item%s in %s\n", drawing->all,
            quantity_plural(drawing->all), time);
}

/* "... 652 more, 3 of them not in place" */
static void print_rest(const struct drawing *drawing, size_t failed)
{
    if (drawing->all == drawing->shown)
        return;
    fprintf(drawing->out, "... %zu more", drawing->all - drawing->shown);
    if (failed)
        fprintf(drawing->out, ", %zu of them not in place", failed);
    putc('\n', drawing->out);
}

static void print_legend(const struct drawing *drawing)
{
    const char *gap = "";

    fprintf(drawing->out, "%*s", drawing->label_width + GAP, "");
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        if (!(drawing->drawn & 1u << phase))
            continue;
        fputs(gap, drawing->out);
        set_colour(drawing, looks[phase].colour);
        print_phase(drawing, phase);
        set_colour(drawing, NULL);
        fprintf(drawing->out, " %s",
                record_phase_name((enum record_phase)phase));
        gap = "  ";
    }
    putc('\n', drawing->out);
}

/* Of an item that nobody spoke of there is nothing to show. */
static bool is_known(const struct record_item *item)
{
    return item->subject != NULL;
}

/* Count and measure what there is. */
static void measure(struct drawing *drawing)
{
    const struct record *record = drawing->record;
    int columns = drawing->style->columns ? drawing->style->columns : COLUMNS;

    if (columns < TIMELINE_COLUMNS_LEAST)
        columns = TIMELINE_COLUMNS_LEAST;
    if (columns > TIMELINE_COLUMNS_MOST)
        columns = TIMELINE_COLUMNS_MOST;
    for (size_t i = 0; i < record->item_count; i++) {
        const struct record_item *item = &record->items[i];
        char outcome[RECORD_OUTCOME_SIZE];
        int width;

        if (!is_known(item))
            continue;
        drawing->all++;
        width = timeline_label_width(item->subject, columns / 4);
        if (width > drawing->label_width)
            drawing->label_width = width;
        record_outcome(outcome, item);
        width = status_in_place(item->status) ? 0 : (int)strlen(outcome) + GAP;
        if (width > drawing->outcome_width)
            drawing->outcome_width = width;
    }
    drawing->bar_width = columns - drawing->label_width - GAP - GAP -
                         TIME_WIDTH - drawing->outcome_width;
}

static void print_rows(struct drawing *drawing)
{
    const struct record *record = drawing->record;
    size_t rows = drawing->style->rows ? drawing->style->rows : drawing->all;
    size_t failed = 0;
    size_t seen = 0;

    for (size_t i = 0; i < record->item_count; i++) {
        const struct record_item *item = &record->items[i];

        if (!is_known(item))
            continue;
        /* Of `all` items `rows` ones at even distances, the first among them:
           as many as before, and one more, by this one. */
        if (rows >= drawing->all ||
            seen * rows / drawing->all >= drawing->shown) {
            print_row(drawing, i);
            drawing->shown++;
        } else {
            failed += !status_in_place(item->status);
        }
        seen++;
    }
    print_rest(drawing, failed);
}

void timeline_print(FILE *out, const struct record *record,
                    const struct timeline_style *style)
{
    struct drawing drawing = {.out = out, .record = record, .style = style};

    if (record->first_us < 0 || record->item_count == 0)
        return;
    measure(&drawing);
    print_head(&drawing);
    timeline_axis_print(out, scale_us(&drawing), drawing.label_width + GAP,
                        drawing.bar_width, style->unicode);
    print_rows(&drawing);
    print_legend(&drawing);
}

struct timeline_style timeline_style_of(FILE *out)
{
    const struct progress_style terminal = progress_style_of_terminal();
    struct timeline_style style = {
        .columns = COLUMNS,
        .unicode = terminal.unicode,
        .colour = terminal.colour && progress_fits(out),
    };

    if ((isatty(fileno(out)) || getenv("COLUMNS")) &&
        progress_columns(out) < style.columns)
        style.columns = progress_columns(out);
    return style;
}

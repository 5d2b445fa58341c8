#include <string.h>

#include "findings/html.h"
#include "findings/html_choice.h"
#include "findings/html_parts.h"
#include "text/escape.h"
#include "text/quantity.h"

enum {
    LABEL_SIZE = 21, /* of a row: a longer subject is cut */
    ROW_HEIGHT = 14,
    BAR_HEIGHT = 10,
    TEXT_Y = 9,
    AXIS_HEIGHT = 24
};

/* How a phase looks: by its height and shape, too, not by colour alone. */
static const struct look {
    const char *style;
    int top, height; /* pixels */
} looks[PHASE_COUNT] = {
    [PHASE_QUEUED] = {"queued", 4, 2},
    [PHASE_CONNECTING] = {"connecting", 2, 6},
    [PHASE_WAITING] = {"waiting", 0, 10},
    [PHASE_RECEIVING] = {"receiving", 0, 10},
    [PHASE_SAVING] = {"saving", 2, 6},
    [PHASE_FAILED] = {"failed", 0, 10},
    [PHASE_BACKING_OFF] = {"backing-off", 4, 2},
};

/* What the spans of a row are written with. */
struct row_place {
    FILE *out;
    const struct record *record;
    struct html_axis axis;
    double y;
};

static void write_span_title(void *arg, const struct record_span *span)
{
    struct row_place *row = arg;
    char text[QUANTITY_SIZE];

    quantity_time(text, (double)(span->to_us - span->from_us));
    fprintf(row->out, "\n%s %s", record_phase_name(span->phase), text);
    if (span->worker > 0)
        fprintf(row->out, " (%u)", span->worker);
}

/* A pause is dashed. */
static void write_dashes(FILE *out, double from, double to, double y)
{
    fprintf(out,
            "<line class=\"backing-off\" x1=\"%.3f%%\" x2=\"%.3f%%\" "
            "y1=\"%g\" y2=\"%g\"/>",
            from, to, y + 1, y + 1);
}

static void write_span(void *arg, const struct record_span *span)
{
    struct row_place *row = arg;
    const struct look *look = &looks[span->phase];
    int64_t first_us = row->record->first_us;
    double from =
        html_axis_place(&row->axis, (double)(span->from_us - first_us));
    double to = html_axis_place(&row->axis, (double)(span->to_us - first_us));

    if (span->phase == PHASE_BACKING_OFF)
        write_dashes(row->out, from, to, row->y + look->top);
    else
        fprintf(row->out,
                "<rect class=\"%s\" x=\"%.3f%%\" y=\"%g\" width=\"%.3f%%\" "
                "height=\"%d\"/>",
                look->style, from, row->y + look->top, to - from, look->height);
}

/* Over whatever follows, which may begin at once. */
static void write_cross(void *arg, const struct record_span *span)
{
    struct row_place *row = arg;
    int64_t end_us = span->to_us - row->record->first_us;

    if (span->phase == PHASE_FAILED)
        fprintf(row->out,
                "<text class=\"cross\" x=\"%.3f%%\" y=\"%g\">\u00d7</text>",
                html_axis_place(&row->axis, (double)end_us), row->y + TEXT_Y);
}

static void write_row(FILE *out, const struct waterfall *waterfall,
                      const struct html_axis *axis, size_t row)
{
    const struct record *record = &waterfall->cell->record;
    size_t item = choice_item(waterfall, row);
    const struct record_item *about = &record->items[item];
    struct row_place place = {out, record, *axis, (double)row * ROW_HEIGHT};
    char label[LABEL_SIZE];
    char outcome[RECORD_OUTCOME_SIZE];

    escape_copy(label, sizeof(label), about->subject ? about->subject : "?");
    fputs("<g class=\"row\"><title>", out);
    html_text(out, about->subject ? about->subject : "?");
    record_outcome(outcome, about);
    fprintf(out, ": %s", outcome);
    record_spans(record, item, write_span_title, &place);
    fprintf(out, "</title><text class=\"item\" x=\"-6\" y=\"%g\">",
            place.y + TEXT_Y);
    html_text(out, label);
    fputs("</text>", out);
    record_spans(record, item, write_span, &place);
    record_spans(record, item, write_cross, &place);
    fputs("</g>\n", out);
}

/* The width of the labels, in hundredths of the font's size. */
static size_t label_width(const struct waterfall *waterfall)
{
    size_t longest = 2;

    for (size_t i = 0; i < choice_rows(waterfall); i++) {
        const char *subject =
            waterfall->cell->record.items[choice_item(waterfall, i)].subject;
        char label[LABEL_SIZE];

        escape_copy(label, sizeof(label), subject ? subject : "?");
        if (strlen(label) > longest)
            longest = strlen(label);
    }
    return longest * 45 + 60;
}

/* The axis that all figures share: that of the longest run, which reaches
   beyond the drawing of any other. */
static void write_common_ticks(FILE *out, double longest_us, double own_us,
                               double bottom)
{
    struct html_axis axis = html_axis_to(longest_us);

    fputs("<g class=\"ticks common\">", out);
    for (int i = 0; i * axis.step_us <= axis.max_us; i++) {
        double place = 100 * i * axis.step_us / own_us;
        char text[QUANTITY_SIZE];

        html_axis_tick(text, &axis, i * axis.step_us);
        fprintf(out,
                "<line class=\"rule\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" "
                "y2=\"%g\"/><text x=\"%.2f%%\" y=\"%g\">%s</text>\n",
                place, place, bottom, place, bottom + 15, text);
    }
    fputs("</g>\n", out);
}

static void write_svg(FILE *out, const struct waterfall *waterfall,
                      size_t number, double longest_us)
{
    const struct comparison_cell *cell = waterfall->cell;
    struct html_axis axis = html_axis_to(choice_length_us(waterfall));
    double bottom = (double)choice_rows(waterfall) * ROW_HEIGHT;
    char total[QUANTITY_SIZE];
    char title[sizeof(cell->name) + 32];
    char description[160];

    quantity_time(total, axis.max_us);
    snprintf(title, sizeof(title), "Waterfall of %s", cell->name);
    snprintf(description, sizeof(description),
             "%zu row%s, one for each item, in the order in which they were "
             "started; time runs from left to right, to %s.",
             choice_rows(waterfall), quantity_plural(choice_rows(waterfall)),
             total);
    html_svg_begin(out, &(struct html_svg){
                            .id = "waterfall",
                            .number = number,
                            .style = "waterfall",
                            .height = bottom + AXIS_HEIGHT,
                            .title = title,
                            .description = description,
                        });
    fputs("<g class=\"own\">", out);
    html_axis_ticks(out, &axis, 0, bottom, bottom + 15);
    fputs("</g>\n", out);
    write_common_ticks(out, longest_us, axis.max_us, bottom);
    fprintf(out,
            "<text class=\"total\" x=\"100%%\" dx=\"6\" y=\"%g\">%s"
            "</text>\n",
            bottom - ROW_HEIGHT + TEXT_Y, total);
    for (size_t i = 0; i < choice_rows(waterfall); i++)
        write_row(out, waterfall, &axis, i);
    html_svg_end(out);
}

static void write_caption(FILE *out, const struct waterfall *waterfall)
{
    const struct comparison_cell *cell = waterfall->cell;
    size_t shown = choice_rows(waterfall);
    char text[QUANTITY_SIZE];

    quantity_time(text, choice_length_us(waterfall));
    fputs("<figcaption><span class=\"name\">", out);
    html_prose(out, cell->name);
    fprintf(out,
            "</span> took %s in this run, the one nearest to the median, "
            "with at most %u in flight.",
            text, cell->max_req);
    if (shown < waterfall->row_count)
        fprintf(out,
                " Of %zu items, %zu have a row, evenly spaced in the order of "
                "their start; %zu are left out.",
                waterfall->row_count, shown, waterfall->row_count - shown);
    if (cell->record.error < 0)
        fputs(" The record has gaps.", out);
    fputs("</figcaption>\n", out);
}

static void write_figure(FILE *out, const struct choice *choice, size_t index)
{
    const struct waterfall *waterfall = &choice->figures[index];
    size_t width = label_width(waterfall);

    fprintf(out, "<figure style=\"--label:%zu.%02zurem;--share:%.4f\">\n",
            width / 100, width % 100,
            choice_length_us(waterfall) / choice->longest_us);
    write_caption(out, waterfall);
    write_svg(out, waterfall, index + 1, choice->longest_us);
    fputs("</figure>\n", out);
}

static void write_legend(FILE *out, const bool phases[PHASE_COUNT])
{
    fputs("<ul class=\"legend\">\n", out);
    for (int i = 0; i < PHASE_COUNT; i++) {
        if (!phases[i])
            continue;
        fprintf(out,
                "<li><svg class=\"swatch\" width=\"22\" height=\"%d\" "
                "aria-hidden=\"true\">",
                BAR_HEIGHT);
        if (i == PHASE_BACKING_OFF)
            write_dashes(out, 0, 100, looks[i].top);
        else
            fprintf(out,
                    "<rect class=\"%s\" y=\"%d\" width=\"22\" "
                    "height=\"%d\"/>",
                    looks[i].style, looks[i].top, looks[i].height);
        fprintf(out, "</svg> %s</li>\n", record_phase_name(i));
    }
    fputs("</ul>\n", out);
}

static void write_introduction(FILE *out, const struct choice *choice)
{
    fputs("<section>\n<h2>Who waited for what</h2>\n<p>A row for each item, "
          "in the order of their start",
          out);
    fputs(choice->count > 1 ? ", all on one time scale, unless you choose "
                              "otherwise.</p>\n"
                            : ".</p>\n",
          out);
    if (!choice->all)
        fputs("<p>Shown is the fastest of each strategy.</p>\n", out);
    write_legend(out, choice->phases);
    if (choice->count > 1)
        fputs("<input type=\"checkbox\" id=\"own-scales\"/> <label "
              "for=\"own-scales\">Each on a time scale of its own</label>\n",
              out);
}

int html_waterfalls(FILE *out, const struct comparison *comparison)
{
    struct choice choice;
    int rc = choice_init(&choice, comparison);

    if (rc < 0 || choice.count == 0)
        return rc;
    write_introduction(out, &choice);
    fputs("<div class=\"waterfalls\">\n", out);
    for (size_t i = 0; i < choice.count; i++)
        write_figure(out, &choice, i);
    fputs("</div>\n</section>\n", out);
    choice_close(&choice);
    return 0;
}

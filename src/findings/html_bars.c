#include <math.h>

#include "findings/html.h"
#include "findings/html_parts.h"
#include "text/quantity.h"

/* Of a row, in pixels from its top. */
enum {
    ROW_HEIGHT = 46,
    TEXT_Y = 14,
    BAR_Y = 23,
    BAR_HEIGHT = 12,
    MIDDLE_Y = BAR_Y + BAR_HEIGHT / 2,
    AXIS_HEIGHT = 24
};

/* What the axis must reach: everything that is drawn. */
static double longest(const struct comparison *comparison)
{
    double max_us = 1;

    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (cell->observed.count > 0)
            max_us = fmax(max_us, fmax(cell->observed.max, cell->ideal_us));
    }
    return max_us;
}

bool html_cell_name(FILE *out, const struct comparison_cell *cell)
{
    fputs("<tspan class=\"name\">", out);
    html_prose(out, cell->name);
    fputs("</tspan>", out);
    if (cell->observed.count > 0)
        return true;
    fputs(" <tspan class=\"note\" dx=\"6\">no run counts</tspan></text>\n",
          out);
    return false;
}

static void write_label(FILE *out, const struct comparison *comparison,
                        const struct comparison_cell *cell, double y)
{
    char text[QUANTITY_SIZE];

    fprintf(out, "<text y=\"%g\">", y + TEXT_Y);
    if (!html_cell_name(out, cell))
        return;
    quantity_time(text, cell->observed.median);
    fprintf(out, " <tspan class=\"value\" dx=\"6\">%s</tspan>", text);
    if (isfinite(cell->ideal_us)) {
        quantity_time(text, cell->ideal_us);
        fprintf(out, " <tspan class=\"note\" dx=\"6\">ideal %s%s</tspan>",
                comparison->ideal_estimated ? "~" : "", text);
    }
    quantity_time(text, cell->observed.min);
    fprintf(out, " <tspan class=\"note wide\" dx=\"6\">runs from %s to ", text);
    quantity_time(text, cell->observed.max);
    fprintf(out, "%s</tspan></text>\n", text);
}

static void write_rect(FILE *out, const char *style, double from, double to,
                       double y)
{
    fprintf(out,
            "<rect class=\"%s\" x=\"%.3f%%\" y=\"%g\" width=\"%.3f%%\" "
            "height=\"%d\"/>",
            style, from, y, fmax(to - from, 0), BAR_HEIGHT);
}

static void write_line(FILE *out, const char *style, double from, double to,
                       double top, double bottom)
{
    fprintf(out,
            "<line class=\"%s\" x1=\"%.3f%%\" x2=\"%.3f%%\" y1=\"%g\" "
            "y2=\"%g\"/>",
            style, from, to, top, bottom);
}

static void write_bar(FILE *out, const struct comparison_cell *cell,
                      const struct html_axis *axis, double y)
{
    double median = html_axis_place(axis, cell->observed.median);
    double min = html_axis_place(axis, cell->observed.min);
    double max = html_axis_place(axis, cell->observed.max);
    double ideal = isfinite(cell->ideal_us)
                       ? html_axis_place(axis, cell->ideal_us)
                       : median;
    double solid = cell->queued ? median : fmin(ideal, median);

    fprintf(out, "<g class=\"%s\">", html_strategy_class(cell->strategy));
    write_rect(out, "bar", 0, solid, y + BAR_Y);
    write_rect(out, "pale", fmax(ideal, solid), median, y + BAR_Y);
    if (isfinite(cell->ideal_us))
        write_line(out, "ideal", ideal, ideal, y + BAR_Y - 4,
                   y + BAR_Y + BAR_HEIGHT + 4);
    write_line(out, "whisker", min, max, y + MIDDLE_Y, y + MIDDLE_Y);
    write_line(out, "whisker", min, min, y + MIDDLE_Y - 3, y + MIDDLE_Y + 3);
    write_line(out, "whisker", max, max, y + MIDDLE_Y - 3, y + MIDDLE_Y + 3);
    fputs("</g>\n", out);
}

static void write_figure(FILE *out, const struct comparison *comparison)
{
    struct html_axis axis = html_axis_to(longest(comparison));
    double bottom = (double)comparison->cell_count * ROW_HEIGHT;

    html_svg_begin(out, &(struct html_svg){
                            .id = "bars",
                            .number = 1,
                            .style = "bars",
                            .height = bottom + AXIS_HEIGHT,
                            .title = "Median time of each strategy",
                            .description =
                                "A bar for each strategy, with a line from "
                                "its fastest to its slowest run and a mark at "
                                "the ideal. The table of times below has the "
                                "same numbers.",
                        });
    html_axis_ticks(out, &axis, 0, bottom, bottom + 17);
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];
        double y = (double)i * ROW_HEIGHT;

        write_label(out, comparison, cell, y);
        if (cell->observed.count > 0)
            write_bar(out, cell, &axis, y);
    }
    html_svg_end(out);
}

static bool has_queues(const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        if (comparison->cells[i].queued)
            return true;
    }
    return false;
}

void html_bars(FILE *out, const struct comparison *comparison)
{
    if (!comparison_has_runs(comparison))
        return;
    fputs(
        "<section>\n<h2>How long it took</h2>\n<figure>\n<figcaption>The "
        "median time from the first download scheduled to the last one "
        "settled. The bar is solid up to the ideal, which the delays and what "
        "was added to them impose, and pale for what the strategy adds; the "
        "thin line goes "
        "from the fastest run to the slowest.",
        out);
    if (comparison->ideal_estimated)
        fputs(" An ideal marked ~ is an estimate.", out);
    if (has_queues(comparison))
        fputs(" Where the bar is solid beyond its ideal, the server queues: "
              "how much of that the strategy adds is not known.",
              out);
    fputs("</figcaption>\n", out);
    write_figure(out, comparison);
    fputs("</figure>\n</section>\n", out);
}

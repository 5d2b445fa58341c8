#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "findings/html.h"
#include "findings/html_curves.h"
#include "findings/html_parts.h"
#include "text/quantity.h"

enum { AXIS_HEIGHT = 42 }; /* pixels */

static void write_segment(FILE *out, const struct curves *curves,
                          const char *style, double from_req, double from_us,
                          double to_req, double to_us)
{
    fprintf(out,
            "<line class=\"%s\" x1=\"%.2f%%\" y1=\"%.1f\" x2=\"%.2f%%\" "
            "y2=\"%.1f\"/>\n",
            style, curves_x(curves, from_req), curves_y(curves, from_us),
            curves_x(curves, to_req), curves_y(curves, to_us));
}

/* A shape of its own for each strategy, and a size: where two are at one
   place, both are seen. */
static const char *mark_of(const struct comparison_cell *cell)
{
    const char *style = html_strategy_class(cell->strategy);

    if (strcmp(style, "sequential") == 0)
        return "M0-8 8 0 0 8-8 0z";
    if (strcmp(style, "threaded") == 0)
        return "M-5.5-5.5H5.5V5.5H-5.5z";
    return "M-3.5 0a3.5 3.5 0 0 1 7 0a3.5 3.5 0 0 1-7 0z";
}

static void write_point(FILE *out, const struct curves *curves,
                        const struct comparison_cell *cell)
{
    char text[QUANTITY_SIZE];

    write_segment(out, curves, "whisker", cell->max_req, cell->observed.min,
                  cell->max_req, cell->observed.max);
    quantity_time(text, cell->observed.median);
    /* An element within the figure carries a path to a place in percent. */
    fprintf(out,
            "<svg x=\"%.2f%%\" y=\"%.1f\"><path class=\"mark %s\" d=\"%s\">"
            "<title>",
            curves_x(curves, cell->max_req),
            curves_y(curves, cell->observed.median),
            cell->reuse ? "kept" : "fresh", mark_of(cell));
    html_prose(out, cell->name);
    fprintf(out, ": %s", text);
    if (cell->errors > 0)
        fprintf(out, ", %zu error%s in %zu run%s", cell->errors,
                quantity_plural(cell->errors), cell->error_runs,
                quantity_plural(cell->error_runs));
    fputs("</title></path></svg>\n", out);
}

static void write_errors(FILE *out, const struct curves *curves,
                         const struct comparison_cell *cell, bool first)
{
    double x = curves_x(curves, cell->max_req);
    double y = curves_y(curves, cell->observed.max) - 14;

    fprintf(out,
            "<svg x=\"%.2f%%\" y=\"%.1f\"><path class=\"error\" "
            "d=\"M-5-5 5 5M5-5-5 5\"/></svg>\n",
            x, fmax(y, 6));
    if (first)
        fprintf(out,
                "<text class=\"error %s\" x=\"%.2f%%\" dx=\"%d\" "
                "y=\"%.1f\">errors<tspan class=\"wide\"> from "
                "%u</tspan></text>\n",
                x > 50 ? "end" : "start", x, x > 50 ? -9 : 9, fmax(y, 6) + 4,
                cell->max_req);
}

/* Of each seed a line through its medians, where there are several. */
static void write_seeds(FILE *out, const struct curves *curves,
                        const struct curve *curve)
{
    size_t weathers = comparison_weathers(curves->comparison);

    for (size_t weather = 0; weather < weathers; weather++) {
        fputs("<g class=\"seed\">", out);
        for (size_t i = 1; i < curve->count; i++) {
            double from = curves_median(curves, curve->cells[i - 1], weather);
            double to = curves_median(curves, curve->cells[i], weather);

            if (!isnan(from) && !isnan(to))
                write_segment(out, curves, "of-seed",
                              curve->cells[i - 1]->max_req, from,
                              curve->cells[i]->max_req, to);
        }
        fprintf(out, "<title>seed %" PRId64 "</title></g>\n",
                comparison_seed(curves->comparison, weather));
    }
}

static void write_curve(FILE *out, const struct curves *curves,
                        const struct curve *curve)
{
    bool errors = false;

    fprintf(out, "<g class=\"%s\">",
            html_strategy_class(curve->cells[0]->strategy));
    for (size_t i = 1; i < curve->count; i++) {
        const struct comparison_cell *from = curve->cells[i - 1];
        const struct comparison_cell *to = curve->cells[i];

        write_segment(out, curves, to->reuse ? "curve" : "curve fresh",
                      from->max_req, from->observed.median, to->max_req,
                      to->observed.median);
        if (isfinite(from->ideal_us) && isfinite(to->ideal_us))
            write_segment(out, curves, "best", from->max_req, from->ideal_us,
                          to->max_req, to->ideal_us);
    }
    if (comparison_has_weathers(curves->comparison))
        write_seeds(out, curves, curve);
    for (size_t i = 0; i < curve->count; i++)
        write_point(out, curves, curve->cells[i]);
    for (size_t i = 0; i < curve->count; i++) {
        if (curve->cells[i]->errors == 0)
            continue;
        write_errors(out, curves, curve->cells[i], !errors);
        errors = true;
    }
    fputs("</g>\n", out);
}

static void write_label(FILE *out, const struct curves *curves,
                        const struct curve *curve)
{
    const struct comparison_cell *last = curve->cells[curve->count - 1];

    fprintf(out, "<text class=\"label %s\" x=\"%.2f%%\" dx=\"12\" y=\"%.1f\">",
            html_strategy_class(last->strategy),
            curves_x(curves, last->max_req),
            curve->label_y + (curve->count == 1 ? -1 : 4));
    html_text(out, last->strategy);
    if (curves->reuses && !last->reuse)
        fputs(" no reuse", out);
    if (curves->versions && last->http == 2)
        fputs(" h2", out);
    fputs("</text>\n", out);
}

/* 1, 2 and 5 times each power of ten. */
static void write_times(FILE *out, const struct curves *curves)
{
    static const int steps[] = {1, 2, 5};

    for (double power = 1; power <= curves->most_us; power *= 10) {
        for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
            double us = power * steps[i];
            struct html_axis unit = {us, us};
            char text[QUANTITY_SIZE];

            if (us < curves->least_us || us > curves->most_us)
                continue;
            html_axis_tick(text, &unit, us);
            fprintf(out,
                    "<line class=\"rule\" x1=\"0%%\" x2=\"100%%\" "
                    "y1=\"%.1f\" y2=\"%.1f\"/><text class=\"end\" x=\"-14\" "
                    "y=\"%.1f\">%s</text>\n",
                    curves_y(curves, us), curves_y(curves, us),
                    curves_y(curves, us) + 4, text);
        }
    }
}

/* Where a number is too near to the one before, it is left out. */
static void write_numbers(FILE *out, const struct curves *curves)
{
    double last = -1;

    for (unsigned req = (unsigned)curves->least_req; req <= curves->most_req;
         req++) {
        bool used = false;
        double x = curves_x(curves, req);

        for (size_t i = 0; i < curves->count; i++) {
            for (size_t j = 0; j < curves->rows[i].count; j++)
                used |= curves->rows[i].cells[j]->max_req == req;
        }
        if (!used || (last >= 0 && x - last < 7))
            continue;
        fprintf(out, "<text x=\"%.2f%%\" y=\"%d\">%u</text>\n", x,
                CURVES_HEIGHT + 17, req);
        last = x;
    }
    fprintf(out,
            "<text class=\"note\" x=\"50%%\" y=\"%d\">requests in flight, at "
            "most (-m)</text>\n",
            CURVES_HEIGHT + 36);
}

/* Where the ideal falls, there is room on the left below it. */
static void write_ideal_label(FILE *out, const struct curves *curves)
{
    const struct curve *longest = &curves->rows[0];
    const struct comparison_cell *middle;

    for (size_t i = 1; i < curves->count; i++) {
        if (curves->rows[i].count > longest->count)
            longest = &curves->rows[i];
    }
    middle = longest->cells[longest->count / 2];
    if (longest->count > 1 && isfinite(middle->ideal_us))
        fprintf(out,
                "<text class=\"note end\" x=\"%.2f%%\" dx=\"-6\" "
                "y=\"%.1f\">ideal</text>\n",
                curves_x(curves, middle->max_req),
                curves_y(curves, middle->ideal_us) + 14);
}

static void write_labels(FILE *out, struct curves *curves)
{
    curves_place_labels(curves);
    for (size_t i = 0; i < curves->count; i++)
        write_label(out, curves, &curves->rows[i]);
    write_ideal_label(out, curves);
}

static void write_figure(FILE *out, struct curves *curves)
{
    html_svg_begin(out, &(struct html_svg){
                            .id = "sweep",
                            .number = 1,
                            .style = "sweep",
                            .height = CURVES_HEIGHT + AXIS_HEIGHT,
                            .title = "Median time over the requests in flight",
                            .description =
                                "A curve for each strategy; both axes are "
                                "logarithmic. The table of times below has "
                                "the same numbers.",
                        });
    fputs("<g class=\"ticks\">", out);
    write_times(out, curves);
    write_numbers(out, curves);
    fputs("</g>\n", out);
    for (size_t i = 0; i < curves->count; i++)
        write_curve(out, curves, &curves->rows[i]);
    write_labels(out, curves);
    html_svg_end(out);
}

int html_sweep(FILE *out, const struct comparison *comparison)
{
    struct curves curves;
    int rc;

    if (!curves_exist(comparison))
        return 0;
    rc = curves_init(&curves, comparison);
    if (rc < 0)
        return rc;
    if (curves.count > 0) {
        fputs("<section>\n<h2>With more requests in flight</h2>\n<figure>\n"
              "<figcaption>The median time of each strategy; the thin lines "
              "are the ideal, the vertical ones go from the fastest run to "
              "the slowest. Both axes are logarithmic, so that a time which "
              "halves as the requests double is a straight line.",
              out);
        if (comparison_has_weathers(curves.comparison))
            fputs(" The faint lines are the medians under each seed.", out);
        fputs("</figcaption>\n", out);
        write_figure(out, &curves);
        fputs("</figure>\n</section>\n", out);
    }
    curves_close(&curves);
    return 0;
}

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"
#include "report/html_parts.h"

enum { HEIGHT = 340, AXIS_HEIGHT = 42, LABEL_SPACING = 16 };

/* Both axes are logarithmic: what is halved when the requests in flight are
   doubled is a straight line. */
struct plane {
    double least_req, most_req;
    double least_us, most_us;
};

/* A strategy with or without reuse: its cells by their requests in flight. */
struct curve {
    const struct comparison_cell **cells; /* borrowed; the array is ours */
    size_t count;
    double label_y;
    bool named_reuse; /* both with and without it are here */
};

struct sweep {
    struct curve *curves;
    size_t count;
    struct plane plane;
};

static bool is_swept(const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct comparison_cell *a = &comparison->cells[i];
            const struct comparison_cell *b = &comparison->cells[j];

            if (strcmp(a->strategy, b->strategy) == 0 && a->reuse == b->reuse &&
                a->max_req != b->max_req)
                return true;
        }
    }
    return false;
}

static int by_max_req(const void *a, const void *b)
{
    const struct comparison_cell *left =
        *(const struct comparison_cell *const *)a;
    const struct comparison_cell *right =
        *(const struct comparison_cell *const *)b;

    return left->max_req < right->max_req ? -1 : left->max_req > right->max_req;
}

static struct curve *curve_of(struct sweep *sweep,
                              const struct comparison_cell *cell)
{
    for (size_t i = 0; i < sweep->count; i++) {
        const struct comparison_cell *first = sweep->curves[i].cells[0];

        if (first->reuse == cell->reuse &&
            strcmp(first->strategy, cell->strategy) == 0)
            return &sweep->curves[i];
    }
    return NULL;
}

static int sweep_add(struct sweep *sweep, const struct comparison *comparison,
                     const struct comparison_cell *cell)
{
    struct curve *curve = curve_of(sweep, cell);

    if (!curve) {
        curve = &sweep->curves[sweep->count];
        curve->cells = calloc(comparison->cell_count, sizeof(*curve->cells));
        if (!curve->cells)
            return -ENOMEM;
        sweep->count++;
        for (size_t i = 0; i < comparison->cell_count; i++)
            curve->named_reuse |= comparison->cells[i].reuse != cell->reuse;
    }
    curve->cells[curve->count++] = cell;
    return 0;
}

static void plane_hold(struct plane *plane, const struct comparison_cell *cell)
{
    plane->least_req = fmin(plane->least_req, cell->max_req);
    plane->most_req = fmax(plane->most_req, cell->max_req);
    plane->least_us = fmin(plane->least_us,
                           fmax(fmin(cell->observed.min, cell->ideal_us), 1));
    plane->most_us =
        fmax(plane->most_us, fmax(fmax(cell->observed.max, cell->ideal_us), 1));
}

static void sweep_close(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->count; i++)
        free(sweep->curves[i].cells);
    free(sweep->curves);
}

static int sweep_init(struct sweep *sweep, const struct comparison *comparison)
{
    *sweep = (struct sweep){.plane = {INFINITY, 0, INFINITY, 0}};
    sweep->curves = calloc(comparison->cell_count, sizeof(*sweep->curves));
    if (!sweep->curves)
        return -ENOMEM;
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (cell->observed.count == 0)
            continue;
        if (sweep_add(sweep, comparison, cell) < 0) {
            sweep_close(sweep);
            return -ENOMEM;
        }
        plane_hold(&sweep->plane, cell);
    }
    for (size_t i = 0; i < sweep->count; i++)
        qsort(sweep->curves[i].cells, sweep->curves[i].count,
              sizeof(*sweep->curves[i].cells), by_max_req);
    return 0;
}

/* In percent from the left, and in pixels from the top. */
static double place_x(const struct plane *plane, double req)
{
    if (plane->most_req <= plane->least_req)
        return 50;
    return 100 * log(req / plane->least_req) /
           log(plane->most_req / plane->least_req);
}

static double place_y(const struct plane *plane, double us)
{
    double span = log(plane->most_us / plane->least_us);
    double share = log(fmax(us, 1) / plane->least_us) / fmax(span, 1e-9);

    return 8 + (HEIGHT - 16) * (1 - fmin(fmax(share, 0), 1));
}

static void write_segment(FILE *out, const struct plane *plane,
                          const char *style, double from_req, double from_us,
                          double to_req, double to_us)
{
    fprintf(out,
            "<line class=\"%s\" x1=\"%.2f%%\" y1=\"%.1f\" x2=\"%.2f%%\" "
            "y2=\"%.1f\"/>\n",
            style, place_x(plane, from_req), place_y(plane, from_us),
            place_x(plane, to_req), place_y(plane, to_us));
}

/* A shape of its own for each strategy. */
static const char *mark_of(const struct comparison_cell *cell)
{
    const char *style = html_strategy_class(cell->strategy);

    if (strcmp(style, "sequential") == 0)
        return "M0-6 6 0 0 6-6 0z";
    if (strcmp(style, "threaded") == 0)
        return "M-4-4H4V4H-4z";
    return "M-4.5 0a4.5 4.5 0 0 1 9 0a4.5 4.5 0 0 1-9 0z";
}

static void write_point(FILE *out, const struct plane *plane,
                        const struct comparison_cell *cell)
{
    char text[COMPARISON_TEXT_SIZE];

    write_segment(out, plane, "whisker", cell->max_req, cell->observed.min,
                  cell->max_req, cell->observed.max);
    comparison_time(text, cell->observed.median);
    /* An element within the figure carries a path to a place in percent. */
    fprintf(out,
            "<svg x=\"%.2f%%\" y=\"%.1f\"><path class=\"mark %s\" d=\"%s\">"
            "<title>",
            place_x(plane, cell->max_req),
            place_y(plane, cell->observed.median),
            cell->reuse ? "kept" : "fresh", mark_of(cell));
    html_text(out, cell->name);
    fprintf(out, ": %s", text);
    if (cell->errors > 0)
        fprintf(out, ", %zu errors in %zu runs", cell->errors,
                cell->error_runs);
    fputs("</title></path></svg>\n", out);
}

static void write_errors(FILE *out, const struct plane *plane,
                         const struct comparison_cell *cell, bool first)
{
    double x = place_x(plane, cell->max_req);
    double y = place_y(plane, cell->observed.max) - 14;

    fprintf(out,
            "<svg x=\"%.2f%%\" y=\"%.1f\"><path class=\"error\" "
            "d=\"M-5-5 5 5M5-5-5 5\"/></svg>\n",
            x, fmax(y, 6));
    if (first)
        fprintf(out,
                "<text class=\"error %s\" x=\"%.2f%%\" dx=\"%d\" "
                "y=\"%.1f\">errors from %u</text>\n",
                x > 50 ? "end" : "start", x, x > 50 ? -9 : 9, fmax(y, 6) + 4,
                cell->max_req);
}

static void write_curve(FILE *out, const struct plane *plane,
                        const struct curve *curve)
{
    bool errors = false;

    fprintf(out, "<g class=\"%s\">",
            html_strategy_class(curve->cells[0]->strategy));
    for (size_t i = 1; i < curve->count; i++) {
        const struct comparison_cell *from = curve->cells[i - 1];
        const struct comparison_cell *to = curve->cells[i];

        write_segment(out, plane, to->reuse ? "curve" : "curve fresh",
                      from->max_req, from->observed.median, to->max_req,
                      to->observed.median);
        if (isfinite(from->ideal_us) && isfinite(to->ideal_us))
            write_segment(out, plane, "best", from->max_req, from->ideal_us,
                          to->max_req, to->ideal_us);
    }
    for (size_t i = 0; i < curve->count; i++)
        write_point(out, plane, curve->cells[i]);
    for (size_t i = 0; i < curve->count; i++) {
        if (curve->cells[i]->errors == 0)
            continue;
        write_errors(out, plane, curve->cells[i], !errors);
        errors = true;
    }
    fputs("</g>\n", out);
}

static int by_last_y(const void *a, const void *b)
{
    const struct curve *left = a;
    const struct curve *right = b;

    return left->label_y < right->label_y ? -1 : left->label_y > right->label_y;
}

/* Each at its curve's end, unless another one is there: then below it. */
static void place_labels(struct sweep *sweep)
{
    double least = 0;

    for (size_t i = 0; i < sweep->count; i++) {
        struct curve *curve = &sweep->curves[i];

        curve->label_y = place_y(
            &sweep->plane, curve->cells[curve->count - 1]->observed.median);
    }
    qsort(sweep->curves, sweep->count, sizeof(*sweep->curves), by_last_y);
    for (size_t i = 0; i < sweep->count; i++) {
        struct curve *curve = &sweep->curves[i];

        if (curve->count == 1)
            continue; /* beside its point, where no other curve ends */
        curve->label_y = fmax(curve->label_y, least);
        least = curve->label_y + LABEL_SPACING;
    }
}

static void write_label(FILE *out, const struct plane *plane,
                        const struct curve *curve)
{
    const struct comparison_cell *last = curve->cells[curve->count - 1];

    fprintf(out, "<text class=\"label %s\" x=\"%.2f%%\" dx=\"10\" y=\"%.1f\">",
            html_strategy_class(last->strategy), place_x(plane, last->max_req),
            curve->label_y + 4);
    html_text(out, last->strategy);
    if (curve->named_reuse && !last->reuse)
        fputs(" no reuse", out);
    fputs("</text>\n", out);
}

/* 1, 2 and 5 times each power of ten. */
static void write_times(FILE *out, const struct plane *plane)
{
    static const int steps[] = {1, 2, 5};

    for (double power = 1; power <= plane->most_us; power *= 10) {
        for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
            double us = power * steps[i];
            struct html_axis unit = {us, us};
            char text[COMPARISON_TEXT_SIZE];

            if (us < plane->least_us || us > plane->most_us)
                continue;
            html_axis_tick(text, &unit, us);
            fprintf(out,
                    "<line class=\"rule\" x1=\"0%%\" x2=\"100%%\" "
                    "y1=\"%.1f\" y2=\"%.1f\"/><text class=\"end\" x=\"-10\" "
                    "y=\"%.1f\">%s</text>\n",
                    place_y(plane, us), place_y(plane, us),
                    place_y(plane, us) + 4, text);
        }
    }
}

/* Where a number is too near to the one before, it is left out. */
static void write_numbers(FILE *out, const struct sweep *sweep)
{
    const struct plane *plane = &sweep->plane;
    double last = -1;

    for (unsigned req = (unsigned)plane->least_req; req <= plane->most_req;
         req++) {
        bool used = false;
        double x = place_x(plane, req);

        for (size_t i = 0; i < sweep->count; i++) {
            for (size_t j = 0; j < sweep->curves[i].count; j++)
                used |= sweep->curves[i].cells[j]->max_req == req;
        }
        if (!used || (last >= 0 && x - last < 7))
            continue;
        fprintf(out, "<text x=\"%.2f%%\" y=\"%d\">%u</text>\n", x, HEIGHT + 17,
                req);
        last = x;
    }
    fprintf(out,
            "<text class=\"note\" x=\"50%%\" y=\"%d\">requests in flight, at "
            "most (-m)</text>\n",
            HEIGHT + 36);
}

static void write_figure(FILE *out, struct sweep *sweep)
{
    html_svg_begin(out, &(struct html_svg){
                            .id = "sweep",
                            .number = 1,
                            .style = "sweep",
                            .height = HEIGHT + AXIS_HEIGHT,
                            .title = "Median time over the requests in flight",
                            .description =
                                "A curve for each strategy; both axes are "
                                "logarithmic. The table of times below has "
                                "the same numbers.",
                        });
    fputs("<g class=\"ticks\">", out);
    write_times(out, &sweep->plane);
    write_numbers(out, sweep);
    fputs("</g>\n", out);
    for (size_t i = 0; i < sweep->count; i++)
        write_curve(out, &sweep->plane, &sweep->curves[i]);
    place_labels(sweep);
    for (size_t i = 0; i < sweep->count; i++)
        write_label(out, &sweep->plane, &sweep->curves[i]);
    html_svg_end(out);
}

int html_sweep(FILE *out, const struct comparison *comparison)
{
    struct sweep sweep;
    int rc;

    if (!is_swept(comparison))
        return 0;
    rc = sweep_init(&sweep, comparison);
    if (rc < 0)
        return rc;
    if (sweep.count > 0) {
        fputs("<section>\n<h2>With more requests in flight</h2>\n<figure>\n"
              "<figcaption>The median time of each strategy; the thin lines "
              "are the ideal, the vertical ones go from the fastest run to "
              "the slowest. Both axes are logarithmic, so that a time which "
              "halves as the requests double is a straight line.",
              out);
        fputs("</figcaption>\n", out);
        write_figure(out, &sweep);
        fputs("</figure>\n</section>\n", out);
    }
    sweep_close(&sweep);
    return 0;
}

#include <inttypes.h>
#include <math.h>

#include "findings/html.h"
#include "findings/html_parts.h"
#include "text/quantity.h"

/* Of a row, in pixels from its top. */
enum {
    TEXT_Y = 14,
    DOTS_Y = 24,
    DOT_RADIUS = 4,
    TALLEST = 60, /* the space that a row's dots have, at most */
    MANY = 8,     /* with more cells, it is half of that */
    GAP = 18,
    BAND = 12,       /* of a seed, where there is room for its number, */
    BANDS = 12,      /* which is up to so many of them */
    SEED_MOST = 999, /* that has room in the margin */
    AXIS_HEIGHT = 26
};

/* All rows have one scale: percent of the median of the row. */
struct spread {
    double low, high, step;
};

static double deviation(const struct comparison_cell *cell, size_t run)
{
    double median = cell->observed.median;

    if (!(median > 0))
        return 0;
    return 100 * ((double)cell->runs[run].observed_us / median - 1);
}

static void widen(struct spread *spread, const struct comparison *comparison,
                  bool outliers, double least, double most)
{
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        for (size_t j = 0; j < cell->run_count; j++) {
            double percent = deviation(cell, j);

            if (cell->runs[j].outlier != outliers || percent < least ||
                percent > most)
                continue;
            spread->low = fmin(spread->low, percent);
            spread->high = fmax(spread->high, percent);
        }
    }
}

/* Far outliers must not squeeze the others into a line: those beyond twice
   the others' width stand at the edge. */
static struct spread spread_of(const struct comparison *comparison)
{
    struct spread spread = {.low = -1, .high = 1};
    double width;

    widen(&spread, comparison, false, -INFINITY, INFINITY);
    width = spread.high - spread.low;
    widen(&spread, comparison, true, spread.low - width,
          spread.high + 2 * width);
    spread.step = html_step(spread.high - spread.low, 6);
    spread.low = floor(spread.low / spread.step) * spread.step;
    spread.high = ceil(spread.high / spread.step) * spread.step;
    return spread;
}

static double place(const struct spread *spread, double percent)
{
    double share = (percent - spread->low) / (spread->high - spread->low);

    return 100 * fmin(fmax(share, 0), 1);
}

/* In the order of time downwards, so that a trend is seen; of several seeds
   those of each have a band. */
static double dots_height(const struct comparison *comparison, size_t index)
{
    size_t seeds = comparison_weathers(comparison);
    double most = comparison->cell_count > MANY ? TALLEST / 2 : TALLEST;

    if (seeds > 1 && seeds <= BANDS)
        return (double)seeds * BAND;
    return fmin((double)comparison->cells[index].run_count * 2 * DOT_RADIUS,
                most);
}

static double row_height(const struct comparison *comparison, size_t index)
{
    return DOTS_Y + dots_height(comparison, index) + GAP;
}

static void write_label(FILE *out, const struct comparison_cell *cell, double y)
{
    char text[QUANTITY_SIZE];

    /* At the edge of the page's text, where the axis does not begin. */
    fprintf(out, "<text x=\"-24\" y=\"%g\">", y + TEXT_Y);
    if (!html_cell_name(out, cell))
        return;
    quantity_time(text, cell->observed.median);
    fprintf(out,
            " <tspan class=\"note wide\" dx=\"6\">median</tspan>"
            " <tspan class=\"note\">%s",
            text);
    if (cell->run_count > 1) {
        quantity_time(text, cell->observed.stddev);
        fprintf(out, " \u00b1 %s", text);
    }
    fputs("</tspan>", out);
    fprintf(out, " <tspan class=\"note wide\" dx=\"6\">%zu run%s",
            cell->run_count, quantity_plural(cell->run_count));
    if (cell->outliers > 0)
        fprintf(out, ", %zu outlier%s", cell->outliers,
                quantity_plural(cell->outliers));
    fputs("</tspan></text>\n", out);
}

static void write_dot(FILE *out, const struct comparison *comparison,
                      const struct comparison_cell *cell, size_t index,
                      const struct spread *spread, double y)
{
    const struct comparison_run *run = &cell->runs[index];
    double percent = deviation(cell, index);
    double x = place(spread, percent);
    char text[QUANTITY_SIZE];

    quantity_time(text, (double)run->observed_us);
    fprintf(out,
            "<circle class=\"%s\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"%d\"><title>"
            "run %" PRId64,
            run->outlier ? "outlier" : "run", x, y, DOT_RADIUS, run->number);
    if (comparison_has_weathers(comparison))
        fprintf(out, ", seed %" PRId64,
                comparison_seed(comparison, run->weather));
    fprintf(out, ": %s</title></circle>\n", text);
    /* In the margin, where no other dot is. */
    if (percent < spread->low || percent > spread->high)
        fprintf(out,
                "<text class=\"note\" x=\"%.2f%%\" dx=\"9\" y=\"%.1f\">%s"
                "</text>\n",
                x, y + 4, text);
}

/* Every other band is shaded; its seed stands in the margin, if there is room
   for it. */
static void write_band(FILE *out, const struct comparison *comparison,
                       size_t weather, double y, double height)
{
    int64_t seed = comparison_seed(comparison, weather);

    if (weather % 2 == 0)
        fprintf(out,
                "<rect class=\"band\" x=\"0\" width=\"100%%\" y=\"%.1f\" "
                "height=\"%.1f\"/>\n",
                y, height);
    if (comparison_weathers(comparison) <= BANDS && seed <= SEED_MOST)
        fprintf(out,
                "<text class=\"note seed end\" x=\"-8\" y=\"%.1f\">%" PRId64
                "</text>\n",
                y + height / 2 + 3.5, seed);
}

/* Of the runs of all cells, behind everything else. */
static void write_bands(FILE *out, const struct comparison *comparison)
{
    size_t weathers = comparison_weathers(comparison);
    double y = DOTS_Y;

    if (!comparison_has_weathers(comparison))
        return;
    for (size_t i = 0; i < comparison->cell_count; i++) {
        double band = dots_height(comparison, i) / (double)weathers;

        if (comparison->cells[i].observed.count > 0) {
            for (size_t j = 0; j < weathers; j++)
                write_band(out, comparison, j, y + (double)j * band, band);
        }
        y += row_height(comparison, i);
    }
}

/* The runs under a weather, from `y` on. */
static void write_dots(FILE *out, const struct comparison *comparison,
                       const struct comparison_cell *cell, size_t weather,
                       const struct spread *spread, double y, double height)
{
    double count = 0;
    double at = 0.5;

    for (size_t i = 0; i < cell->run_count; i++)
        count += cell->runs[i].weather == weather;
    for (size_t i = 0; i < cell->run_count; i++) {
        if (cell->runs[i].weather == weather)
            write_dot(out, comparison, cell, i, spread,
                      y + at++ * height / count);
    }
}

static void write_row(FILE *out, const struct comparison *comparison,
                      const struct comparison_cell *cell,
                      const struct spread *spread, double y, double height)
{
    size_t weathers = comparison_weathers(comparison);
    double band = height / (double)weathers;
    double top = y + DOTS_Y;

    write_label(out, cell, y);
    if (cell->observed.count == 0)
        return;
    fprintf(out,
            "<g class=\"%s\"><line class=\"median\" x1=\"%.2f%%\" "
            "x2=\"%.2f%%\" y1=\"%g\" y2=\"%g\"/>\n",
            html_strategy_class(cell->strategy), place(spread, 0),
            place(spread, 0), top - 3, top + height + 3);
    for (size_t i = 0; i < weathers; i++)
        write_dots(out, comparison, cell, i, spread, top + (double)i * band,
                   band);
    fputs("</g>\n", out);
}

static void write_ticks(FILE *out, const struct spread *spread, double bottom)
{
    long first = lround(spread->low / spread->step);
    long last = lround(spread->high / spread->step);

    fputs("<g class=\"ticks\">", out);
    for (long i = first; i <= last; i++) {
        double percent = (double)i * spread->step;
        double x = place(spread, percent);

        fprintf(out,
                "<line class=\"rule\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" "
                "y2=\"%g\"/><text x=\"%.2f%%\" y=\"%g\">",
                x, x, bottom, x, bottom + 17);
        if (i == 0)
            fputs("median</text>\n", out);
        else
            fprintf(out, "%s%g %%</text>\n", i < 0 ? "\u2212" : "+",
                    fabs(percent));
    }
    fputs("</g>\n", out);
}

static void write_figure(FILE *out, const struct comparison *comparison)
{
    struct spread spread = spread_of(comparison);
    double bottom = 0;
    double y = 0;

    for (size_t i = 0; i < comparison->cell_count; i++)
        bottom += row_height(comparison, i);
    html_svg_begin(out,
                   &(struct html_svg){
                       .id = "runs",
                       .number = 1,
                       .style = "runs",
                       .height = bottom + AXIS_HEIGHT,
                       .title = "Every run, relative to its strategy's median",
                       .description =
                           "A dot for each run that counts, left of the middle "
                           "line if it was faster than the median of its "
                           "strategy, right of it if slower. Outliers are "
                           "rings.",
                   });
    write_bands(out, comparison);
    write_ticks(out, &spread, bottom);
    for (size_t i = 0; i < comparison->cell_count; i++) {
        write_row(out, comparison, &comparison->cells[i], &spread, y,
                  dots_height(comparison, i));
        y += row_height(comparison, i);
    }
    html_svg_end(out);
}

void html_runs(FILE *out, const struct comparison *comparison)
{
    if (!comparison_has_runs(comparison))
        return;
    fputs("<section>\n<h2>Every run</h2>\n<figure>\n<figcaption>A dot is a "
          "run; the first is at the top of its group, the last at the bottom. "
          "The scale is the same for all: percent above or below the median "
          "of the group, whatever that is. Rings are outliers; what would lie "
          "far beyond the edge stands there, with its time.",
          out);
    if (comparison_has_weathers(comparison))
        fputs(" The runs of each seed have a band of their own, the first seed "
              "at the top.",
              out);
    fputs("</figcaption>\n", out);
    write_figure(out, comparison);
    fputs("</figure>\n</section>\n", out);
}

#include "findings/html.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "text/escape.h"
#include "text/quantity.h"

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

/* What stands for a character, as escape_next() shows it. */
static const char *written_as(const char *unit)
{
    const char *instead = entity(unit[0]);

    /* U+FFFE and U+FFFF are UTF-8, yet no characters of XML. */
    if (strcmp(unit, "\xef\xbf\xbe") == 0)
        return "\\ufffe";
    if (strcmp(unit, "\xef\xbf\xbf") == 0)
        return "\\uffff";
    return instead ? instead : unit;
}

void html_text(FILE *out, const char *text)
{
    char unit[ESCAPE_UNIT_SIZE];

    while (*text) {
        text = escape_next(text, unit);
        fputs(written_as(unit), out);
    }
}

/* Whether a unit stands there, as a word of its own. */
static bool is_unit(const char *text)
{
    static const char *const units[] = {"%", "us",  "ms",  "s",
                                        "B", "KiB", "MiB", "GiB"};

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t length = strlen(units[i]);

        if (strncmp(text, units[i], length) == 0 &&
            !isalnum((unsigned char)text[length]))
            return true;
    }
    return false;
}

/* Whether a line may not end at the blank at `at`: a number stays with its
   unit, and an option with its value. */
static bool is_tied(const char *begin, const char *at)
{
    size_t before = (size_t)(at - begin);

    return (before >= 1 && isdigit((unsigned char)at[-1]) && is_unit(at + 1)) ||
           (before >= 2 && at[-2] == '-' && isalpha((unsigned char)at[-1]) &&
            isdigit((unsigned char)at[1]));
}

void html_prose(FILE *out, const char *text)
{
    const char *begin = text;
    char unit[ESCAPE_UNIT_SIZE];

    while (*text) {
        bool tied = *text == ' ' && is_tied(begin, text);

        text = escape_next(text, unit);
        fputs(tied ? "\u00a0" : written_as(unit), out);
    }
}

void html_svg_begin(FILE *out, const struct html_svg *svg)
{
    fprintf(out,
            "<svg class=\"plot %s\" height=\"%g\" role=\"img\" "
            "aria-labelledby=\"%s-%zu-title %s-%zu-desc\">\n",
            svg->style, svg->height, svg->id, svg->number, svg->id,
            svg->number);
    fprintf(out, "<title id=\"%s-%zu-title\">", svg->id, svg->number);
    html_text(out, svg->title);
    fprintf(out, "</title>\n<desc id=\"%s-%zu-desc\">", svg->id, svg->number);
    html_text(out, svg->description);
    fputs("</desc>\n", out);
}

void html_svg_end(FILE *out)
{
    fputs("</svg>\n", out);
}

const char *html_strategy_class(const char *strategy)
{
    static const char *const known[] = {"sequential", "threaded", "async"};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i], strategy) == 0)
            return known[i];
    }
    return "other";
}

double html_step(double span, unsigned most)
{
    return quantity_step(span / most);
}

struct html_axis html_axis_to(double max_us)
{
    return (struct html_axis){max_us, html_step(max_us, 5)};
}

double html_axis_place(const struct html_axis *axis, double us)
{
    return 100 * fmin(fmax(us / axis->max_us, 0), 1);
}

void html_axis_tick(char text[QUANTITY_SIZE], const struct html_axis *axis,
                    double us)
{
    quantity_tick(text, us, axis->max_us);
}

void html_axis_ticks(FILE *out, const struct html_axis *axis, double top,
                     double bottom, double y)
{
    fputs("<g class=\"ticks\">", out);
    /* By number, so that rounding does not add up. */
    for (int i = 0; i * axis->step_us <= axis->max_us; i++) {
        char text[QUANTITY_SIZE];
        double place = html_axis_place(axis, i * axis->step_us);

        html_axis_tick(text, axis, i * axis->step_us);
        fprintf(out,
                "<line class=\"rule\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%g\" "
                "y2=\"%g\"/><text x=\"%.2f%%\" y=\"%g\">%s</text>\n",
                place, place, top, bottom, place, y, text);
    }
    fputs("</g>\n", out);
}

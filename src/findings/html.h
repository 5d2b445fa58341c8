#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "comparison/comparison.h"
#include "text/quantity.h"

/*
 * html: what the parts of a page are written with, so that the page is
 * well-formed both as HTML and as XML, whatever text goes into it.
 *
 * Figures are SVG whose horizontal places are percentages of its width and
 * whose vertical ones are pixels: they become narrower with the window, and
 * their text does not become smaller.
 *
 * Write errors are left in the stream for its owner to find.
 */

/* Text from anywhere, for elements and for attributes in double quotes. */
void html_text(FILE *out, const char *text);

/* The same for sentences: no line ends between a number and its %. */
void html_prose(FILE *out, const char *text);

/* Begin and end a figure: <svg> with the title and the description that
   readers who cannot see it are told. `id` and `number` name it in the page. */
struct html_svg {
    const char *id;
    size_t number;
    const char *style; /* classes of it; a literal */
    double height;     /* pixels */
    const char *title;
    const char *description;
};

void html_svg_begin(FILE *out, const struct html_svg *svg);
void html_svg_end(FILE *out);

/* The class by which a strategy has its colour: a literal. */
const char *html_strategy_class(const char *strategy);

/* The smallest of 1, 2 and 5 times a power of ten of which at most `most` go
   into `span`, which is positive. */
double html_step(double span, unsigned most);

/* An axis of time that begins at 0. */
struct html_axis {
    double max_us; /* where it ends; positive */
    double step_us;
};

struct html_axis html_axis_to(double max_us);

/* Where a time is on it, in percent; beyond its ends: on them. */
double html_axis_place(const struct html_axis *axis, double us);

/* A tick's text, every one in the unit of the longest: "0", "0.2 s". */
void html_axis_tick(char text[QUANTITY_SIZE], const struct html_axis *axis,
                    double us);

/* The ticks with their texts at `y`, and lines of class `rule` from `top` to
   `bottom` above each. */
void html_axis_ticks(FILE *out, const struct html_axis *axis, double top,
                     double bottom, double y);

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "findings/html.h"
#include "findings/table.h"
#include "specimen.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct comparison comparison;
static char *text;
static size_t size;
static FILE *out;

static void setup(void)
{
    out = open_memstream(&text, &size);
    cr_assert(ne(ptr, out, NULL));
}

static void teardown(void)
{
    fclose(out);
    free(text);
    comparison_close(&comparison);
}

static char *written(void)
{
    fflush(out);
    return text;
}

TestSuite(page, .init = setup, .fini = teardown);

Test(page, text_is_neither_markup_nor_broken)
{
    html_text(out, "<a href=\"x\">&amp;'</a>\x01\xff\xc3\xa9\xef\xbf\xbf");

    cr_expect(eq(str, written(),
                 "&lt;a href=&quot;x&quot;&gt;&amp;amp;'&lt;/a&gt;"
                 "\\x01\\xff\xc3\xa9\\uffff"));
}

Test(page, a_percent_sign_stays_with_its_number)
{
    html_prose(out, "<5 % of 5%");

    cr_expect(eq(str, written(), "&lt;5\u00a0% of 5%"));
}

Test(page, steps_are_round_and_no_more_than_asked_for)
{
    static const struct {
        double span;
        unsigned most;
        double step;
    } cases[] = {
        {1, 5, 0.2}, {5, 5, 1},  {1060000, 5, 500000}, {80200, 5, 20000},
        {10, 5, 2},  {11, 5, 5}, {26, 5, 10},          {0.003, 6, 0.0005},
    };

    for (size_t i = 0; i < COUNT(cases); i++)
        cr_expect(epsilon_eq(dbl, html_step(cases[i].span, cases[i].most),
                             cases[i].step, cases[i].step * 1e-9));
}

Test(page, ticks_are_in_the_unit_of_the_longest)
{
    static const struct {
        double max_us, us;
        const char *tick;
    } cases[] = {
        {1060000, 0, "0"},         {1060000, 200000, "0.2 s"},
        {1060000, 1000000, "1 s"}, {80200, 20000, "20 ms"},
        {900, 200, "200 us"},      {7200000000, 5000000000, "5000 s"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct html_axis axis = html_axis_to(cases[i].max_us);
        char tick[QUANTITY_SIZE];

        html_axis_tick(tick, &axis, cases[i].us);
        cr_expect(eq(str, tick, (char *)cases[i].tick));
    }
}

Test(page, places_do_not_leave_the_axis)
{
    struct html_axis axis = html_axis_to(200);

    cr_expect(eq(dbl, html_axis_place(&axis, -1), 0));
    cr_expect(eq(dbl, html_axis_place(&axis, 50), 25));
    cr_expect(eq(dbl, html_axis_place(&axis, 201), 100));
}

Test(page, the_ratio_is_as_certain_as_the_looks_make_it)
{
    static const struct {
        size_t planned;
        const char *title;
    } cases[] = {{0, "ratio (95 %)"},
                 {1, "ratio (95 %)"},
                 {2, "ratio (97.5 %)"},
                 {6, "ratio (99.2 %)"}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        char title[TABLE_TEXT_SIZE];

        comparison.looks.planned = cases[i].planned;
        table_title(title, &comparison, FIGURE_RATIO);
        cr_expect(eq(str, title, (char *)cases[i].title));
        table_title(title, &comparison, FIGURE_MEDIAN);
        cr_expect(eq(str, title, "median"));
    }
    comparison.looks.planned = 0;
}

Test(page, tables_say_nothing_of_what_is_not_known)
{
    cr_assert(eq(int, specimen_make(&comparison, "none"), 0));
    for (enum figure_id id = 0; id < FIGURES; id++) {
        char room[TABLE_TEXT_SIZE];

        table_text(room, &comparison, &comparison.cells[0], id);
        if (figures[id].how == HOW_COUNTED)
            cr_expect(ne(str, room, ""), "%s", figures[id].name);
        else
            cr_expect(eq(str, room, ""), "%s", figures[id].name);
    }
}

Test(page, every_figure_has_a_column_of_one_table)
{
    size_t seen[FIGURES] = {0};

    for (enum figure_table table = 0; table < TABLES; table++) {
        for (size_t i = table_next(table, true, 0); i < FIGURES;
             i = table_next(table, true, i + 1))
            seen[i]++;
    }
    for (size_t i = 0; i < FIGURES; i++)
        cr_expect(eq(sz, seen[i], 1), "%s", figures[i].name);
}

static const char *text_of(enum figure_id id, char room[TABLE_TEXT_SIZE])
{
    table_text(room, &comparison, &comparison.cells[0], id);
    return room;
}

Test(page, figures_have_units_and_marks)
{
    struct comparison_cell cell = {
        .strategy = "async",
        .run_count = 2,
        .ideal_us = 80200,
        .observed = {.count = 2, .median = 1e5, .min = 98000, .max = 103000},
        .ratio = {0.0994, 0.0981, 0.1012},
        .found = {
            [FIGURE_PEAK_RSS] = 9.4 * 1048576, [FIGURE_VOLUNTARY] = 84.5}};
    static const struct {
        enum figure_id id;
        const char *text;
    } cases[] = {
        {FIGURE_IDEAL, "~80.2 ms"},
        {FIGURE_OVERHEAD, "~19.8 ms"},
        {FIGURE_EFFICIENCY, "~80.2 %"},
        {FIGURE_RATIO, "0.0994 (0.0981 to 0.101)"},
        {FIGURE_PEAK_RSS, "9.4 MiB"},
        {FIGURE_VOLUNTARY, "84.5"},
        {FIGURE_RUN_COUNT, "2"},
    };

    comparison = (struct comparison){.ideal_estimated = true};
    comparison.cells = calloc(1, sizeof(cell));
    cr_assert(ne(ptr, comparison.cells, NULL));
    comparison.cells[comparison.cell_count++] = cell;

    for (size_t i = 0; i < COUNT(cases); i++) {
        char room[TABLE_TEXT_SIZE];

        cr_expect(
            eq(str, (char *)text_of(cases[i].id, room), (char *)cases[i].text));
    }
    comparison.cells[0].ratio = (struct interval){1.01, 0.98, 1.05};
    char room[TABLE_TEXT_SIZE];
    cr_expect(
        eq(str, (char *)text_of(FIGURE_RATIO, room), "no difference detected"));
}

Test(page, an_ideal_of_no_time_has_no_efficiency)
{
    char room[TABLE_TEXT_SIZE];

    cr_assert(eq(int, specimen_make(&comparison, "one"), 0));
    comparison.cells[0].ideal_us = 0;
    cr_expect(eq(str, (char *)text_of(FIGURE_EFFICIENCY, room), ""));
}

Test(page, a_single_run_has_no_standard_deviation)
{
    char room[TABLE_TEXT_SIZE];

    cr_assert(eq(int, specimen_make(&comparison, "one"), 0));
    cr_expect(eq(str, (char *)text_of(FIGURE_STDDEV, room), ""));
}

Test(page, a_full_disk_is_left_in_the_stream)
{
    int (*const forms[])(FILE *, const struct comparison *) = {
        comparison_html, comparison_markdown};

    cr_assert(eq(int, specimen_make(&comparison, "usual"), 0));
    for (size_t i = 0; i < COUNT(forms); i++) {
        FILE *full = fopen("/dev/full", "w");

        cr_assert(ne(ptr, full, NULL));
        cr_expect(eq(int, forms[i](full, &comparison), 0));
        fflush(full);
        cr_expect(ne(int, ferror(full), 0));
        fclose(full);
    }
}

Test(page, runs_of_no_length_have_places_too)
{
    cr_assert(eq(int, specimen_make(&comparison, "usual"), 0));
    for (size_t i = 0; i < comparison.cells[2].run_count; i++)
        comparison.cells[2].runs[i].observed_us = 0;
    cr_assert(eq(int, comparison_derive(&comparison), 0));

    cr_assert(eq(int, comparison_html(out, &comparison), 0));
    cr_expect(eq(ptr, strstr(written(), "nan"), NULL));
    cr_expect(eq(ptr, strstr(written(), "inf%"), NULL));
}

/* comparison_derive() leaves them so if there is no memory. */
Test(page, runs_of_which_nothing_is_known_are_not_drawn)
{
    cr_assert(eq(int, specimen_make(&comparison, "usual"), 0));
    comparison.cells[1].observed = (struct statistics){
        .median = NAN, .mean = NAN, .min = NAN, .max = NAN, .stddev = NAN};

    cr_assert(eq(int, comparison_html(out, &comparison), 0));
    cr_expect(eq(ptr, strstr(written(), "nan"), NULL));
}

Test(page, every_specimen_gives_the_same_page_twice)
{
    for (size_t i = 0; specimen_kinds[i]; i++) {
        char *first;

        cr_assert(eq(int, specimen_make(&comparison, specimen_kinds[i]), 0));
        rewind(out);
        cr_assert(eq(int, comparison_html(out, &comparison), 0));
        first = strdup(written());
        cr_assert(ne(ptr, first, NULL));
        rewind(out);
        cr_assert(eq(int, comparison_html(out, &comparison), 0));
        cr_expect(eq(str, written(), first));
        free(first);
        comparison_close(&comparison);
        comparison = (struct comparison){0};
    }
}

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "findings/race_view.h"
#include "written.h"

#define MS INT64_C(1000)

static struct race race;
static struct written stream;

static void setup(void)
{
    written_open(&stream);
}

static void teardown(void)
{
    written_close(&stream);
    race_close(&race);
}

static char *written(void)
{
    return written_take(&stream);
}

TestSuite(race_view, .init = setup, .fini = teardown, .timeout = 10);

/* Each item takes `each_ms`; so many go on at a time. */
static void fill(struct race_lane *lane, const char *name, size_t items,
                 size_t at_a_time, int64_t each_ms)
{
    snprintf(lane->name, sizeof(lane->name), "%s", name);
    for (size_t i = 0; i < items; i++) {
        int64_t started_us = (int64_t)(i / at_a_time) * each_ms * MS;

        lane->items[i] = (struct race_item){
            .started_us = started_us,
            .ended_us = started_us + each_ms * MS,
            .in_place = true,
        };
        lane->ended_us = lane->items[i].ended_us;
    }
}

/* One at a time, and all at once, each item of 10 ms. */
static void two_lanes(size_t items)
{
    cr_assert(eq(int, race_open(&race, 2, items), 0));
    fill(&race.lanes[0], "sequential", items, 1, 10);
    fill(&race.lanes[1], "async", items, items, 10);
    race.lanes[0].ideal_us = (double)items * 9000;
    race.lanes[1].ideal_us = 9000;
}

static const struct race_style plain = {.columns = 60, .rows = 24};

static char *frame_at(int64_t at_us, const struct race_style *style)
{
    int lines = race_frame(stream.out, &race, at_us, style);
    char *frame = written();
    int found = 0;

    for (const char *c = frame; *c; c++)
        found += *c == '\n';
    cr_expect(eq(int, lines, found));
    return frame;
}

static char *line_of(char *frame, const char *name)
{
    char *line = strstr(frame, name);

    cr_assert(ne(ptr, line, NULL), "%s in:\n%s", name, frame);
    line[strcspn(line, "\n")] = '\0';
    return line;
}

Test(race_view, places_fill_as_items_come)
{
    static const struct {
        int64_t at_us;
        const char *sequential, *async;
    } moments[] = {
        {0, "sequential  =...:   36.0 ms  0/4         ",
         "async       ====:   9.00 ms  0/4         "},
        {9 * MS, "sequential  =...:   36.0 ms  0/4         ",
         "async       ====|   9.00 ms  0/4         "},
        {10 * MS, "sequential  #=..:   36.0 ms  1/4         ",
         "async       ####|   9.00 ms  4/4  10.0 ms"},
        {39 * MS, "sequential  ###=|   36.0 ms  3/4         ",
         "async       ####|   9.00 ms  4/4  10.0 ms"},
        {40 * MS, "sequential  ####|   36.0 ms  4/4  40.0 ms",
         "async       ####|   9.00 ms  4/4  10.0 ms"},
    };

    two_lanes(4);
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        cr_expect(
            eq(str, line_of(frame_at(moments[i].at_us, &plain), "sequential  "),
               (char *)moments[i].sequential));
        cr_expect(eq(str,
                     line_of(frame_at(moments[i].at_us, &plain), "async  "),
                     (char *)moments[i].async));
    }
}

Test(race_view, the_time_has_its_unit_or_is_not_there)
{
    char *frame;

    cr_assert(eq(int, race_open(&race, 1, 1), 0));
    fill(&race.lanes[0], "async", 1, 1, 32);
    frame = frame_at(32 * MS, &plain);
    cr_expect(eq(int, strncmp(frame, "32.0 ms  ", 9), 0), "%s", frame);
    fill(&race.lanes[0], "a", 1, 1, 32);
    frame = frame_at(32 * MS, &plain);
    cr_expect(eq(ptr, strstr(frame, "32.0"), strstr(frame, "32.0 ms")), "%s",
              frame);
}

Test(race_view, what_is_not_there_is_seen)
{
    two_lanes(4);
    race.lanes[0].items[1].in_place = false;

    cr_expect(ne(ptr, strstr(frame_at(40 * MS, &plain), "  #x##|"), NULL));
    cr_expect(ne(ptr, strstr(frame_at(40 * MS, &plain), " 3/4 "), NULL));
}

Test(race_view, many_items_share_places)
{
    static const size_t counts[] = {194, 1000};

    for (size_t i = 0; i < 2; i++) {
        struct race_style style = {.columns = 80, .rows = 24};
        int64_t half_us = (int64_t)counts[i] * 5 * MS + 1;
        char *places;
        size_t full;

        two_lanes(counts[i]);
        places = line_of(frame_at(half_us, &style), "sequential  ") + 12;
        full = strspn(places, "#");
        cr_expect(gt(sz, full, 0));
        /* Half of them, but for the one that is being filled. */
        cr_expect(le(sz, full, strcspn(places, ":|") / 2 + 1));
        cr_expect(ge(sz, full + 1, strcspn(places, ":|") / 2));
        race_close(&race);
    }
}

/* Columns of a line that holds no escape codes. */
static int width_of(const char *line, size_t length)
{
    int width = 0;

    for (size_t i = 0; i < length; i++)
        width += ((unsigned char)line[i] & 0xc0) != 0x80;
    return width;
}

Test(race_view, no_line_is_wider_than_the_terminal)
{
    static const size_t counts[] = {1, 20, 194, 1000};

    for (size_t i = 0; i < 4; i++) {
        two_lanes(counts[i]);
        snprintf(race.lanes[0].name, RACE_NAME_SIZE,
                 "sequential -m 10000 no reuse h2 again");
        snprintf(race.lanes[1].why, RACE_WHY_SIZE,
                 "it ended with status 22: a reason that goes on and on, as "
                 "those of programs do when they fail");
        for (int columns = 10; columns <= 200; columns++) {
            struct race_style style = {
                .columns = columns, .rows = 24, .unicode = columns % 2 == 0};
            char *frame = frame_at(15 * MS, &style);

            for (char *line = frame; *line; line += strcspn(line, "\n") + 1)
                cr_expect(lt(int, width_of(line, strcspn(line, "\n")), columns),
                          "%d columns:\n%s", columns, frame);
        }
        race_close(&race);
    }
}

Test(race_view, lanes_that_do_not_fit_are_counted)
{
    cr_assert(eq(int, race_open(&race, 50, 4), 0));
    for (size_t i = 0; i < 50; i++)
        fill(&race.lanes[i], "async", 4, 1, 10);
    for (int rows = 1; rows <= 60; rows++) {
        struct race_style style = {.columns = 80, .rows = rows};
        int lines = race_frame(stream.out, &race, 0, &style);
        char *frame = written();

        cr_expect(lt(int, lines, rows > 3 ? rows : 3), "%d rows", rows);
        cr_expect(
            eq(int, strstr(frame, " more\n") != NULL, rows > 4 && rows < 53),
            "%d rows:\n%s", rows, frame);
    }
}

Test(race_view, there_is_no_finish_where_the_ideal_is_not_known)
{
    two_lanes(2);
    race.lanes[0].ideal_us = (double)NAN;
    race.lanes[1].ideal_mark = '~';

    cr_expect(
        eq(ptr, strpbrk(line_of(frame_at(40 * MS, &plain), "sequential"), ":|"),
           NULL));
    cr_expect(ne(ptr, strstr(frame_at(0, &plain), "~9.00 ms"), NULL));
}

Test(race_view, colours_and_clearing_come_only_where_they_are_wanted)
{
    struct race_style style = plain;

    two_lanes(4);
    cr_expect(eq(ptr, strchr(frame_at(10 * MS, &style), '\x1b'), NULL));
    style.colour = true;
    cr_expect(ne(ptr, strstr(frame_at(10 * MS, &style), "\x1b[32m####\x1b[0m"),
                 NULL));
    style.colour = false;
    style.clears = true;
    cr_expect(ne(ptr, strstr(frame_at(10 * MS, &style), "\x1b[K\n"), NULL));
}

Test(race_view, lines_tell_of_starts_and_of_ends_in_their_order)
{
    two_lanes(4);
    race_lines(stream.out, &race, -1, 0);
    cr_expect(
        eq(str, written(), "race: sequential starts\nrace: async starts\n"));
    race_lines(stream.out, &race, 0, 9 * MS);
    cr_expect(eq(str, written(), ""));
    race_lines(stream.out, &race, 9 * MS, 40 * MS);
    cr_expect(eq(str, written(),
                 "race: async has 4 of 4 after 10.0 ms, the ideal 9.00 ms\n"
                 "race: sequential has 4 of 4 after 40.0 ms, the ideal 36.0 "
                 "ms\n"));
    race_lines(stream.out, &race, 40 * MS, 50 * MS);
    cr_expect(eq(str, written(), ""));
}

Test(race_view, lanes_that_end_at_one_moment_have_a_line_each)
{
    two_lanes(1);
    race_lines(stream.out, &race, 0, 10 * MS);
    cr_expect(eq(str, written(),
                 "race: sequential has 1 of 1 after 10.0 ms, the ideal 9.00 "
                 "ms\n"
                 "race: async has 1 of 1 after 10.0 ms, the ideal 9.00 ms\n"));
}

Test(race_view, a_lane_without_a_run_says_why)
{
    two_lanes(1);
    snprintf(race.lanes[0].why, RACE_WHY_SIZE, "it ended with status 22");
    race.lanes[0].ended_us = -1;
    snprintf(race.lanes[1].why, RACE_WHY_SIZE, "it ended by signal 9");

    race_lines(stream.out, &race, -1, 20 * MS);
    cr_expect(eq(str, written(),
                 "race: sequential does not take part: it ended with status "
                 "22\n"
                 "race: async starts\n"
                 "race: async drops out: it ended by signal 9\n"));
    cr_expect(
        ne(ptr,
           strstr(frame_at(0, &plain), "sequential  it ended with status 22\n"),
           NULL));
}

#include "findings/race_view.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "text/quantity.h"

enum {
    GAP = 2,
    TIME_WIDTH = 7, /* "78.9 ms" */
    IDEAL_WIDTH = TIME_WIDTH + 1,
    IDEAL_COLUMNS = 60, /* in fewer the ideal has a line, but no time */
    TIME_COLUMNS = 40,
    COUNT_COLUMNS = 30,
    COLUMNS_LEAST = 8,
    NAMES_SHARE = 3, /* of the line, at most one of so many parts */
};

enum place { PLACE_OPEN, PLACE_UNDER_WAY, PLACE_SOME, PLACE_IN, PLACE_MISSED };

static const struct look {
    const char *unicode;
    const char *ascii;
    const char *colour;
    const char *means;
} looks[] = {
    [PLACE_OPEN] = {"\u00b7", ".", "2", NULL},
    [PLACE_UNDER_WAY] = {"\u2592", "=", "34", "under way"},
    [PLACE_SOME] = {"\u2593", "+", "32", "some in"},
    [PLACE_IN] = {"\u2588", "#", "32", "in"},
    [PLACE_MISSED] = {"\u00d7", "x", "31", "not there"},
};

/* The finishing line: ahead, and passed by the ideal. */
static const struct look finish[] = {
    {"\u2506", ":", NULL, NULL},
    {"\u2503", "|", NULL, "the ideal is through"},
};

struct frame {
    FILE *out;
    const struct race *race;
    const struct race_style *style;
    int64_t at_us;
    int columns;
    int name, places, count; /* widths */
    bool has_ideal, has_count, has_time;
    int lines;
};

static void end_line(struct frame *frame)
{
    fputs(frame->style->clears ? "\x1b[K\n" : "\n", frame->out);
    frame->lines++;
}

static void set_colour(const struct frame *frame, const char *colour)
{
    if (frame->style->colour)
        fprintf(frame->out, "\x1b[%sm", colour ? colour : "0");
}

static void put_look(const struct frame *frame, const struct look *look)
{
    fputs(frame->style->unicode ? look->unicode : look->ascii, frame->out);
}

static int digits_of(size_t count)
{
    int digits = 1;

    for (; count >= 10; count /= 10)
        digits++;
    return digits;
}

static void measure(struct frame *frame)
{
    const struct race *race = frame->race;
    int room = frame->columns;
    int longest = 0;

    for (size_t i = 0; i < race->lane_count; i++) {
        int length = (int)strlen(race->lanes[i].name);

        longest = length > longest ? length : longest;
    }
    frame->name = longest < room / NAMES_SHARE ? longest : room / NAMES_SHARE;
    frame->has_ideal = room >= IDEAL_COLUMNS;
    frame->has_time = room >= TIME_COLUMNS;
    frame->has_count = room >= COUNT_COLUMNS;
    frame->count = 2 * digits_of(race->item_count) + 1;
    room -= 1 + frame->name + GAP + 1; /* the last column, the finish */
    room -= frame->has_ideal ? GAP + IDEAL_WIDTH : 0;
    room -= frame->has_count ? GAP + frame->count : 0;
    room -= frame->has_time ? GAP + TIME_WIDTH : 0;
    if (room < 1)
        room = 1;
    frame->places =
        (size_t)room < race->item_count ? room : (int)race->item_count;
}

static enum place place_of(const struct race_lane *lane, size_t from, size_t to,
                           int64_t at_us)
{
    struct race_count count = race_count(lane, from, to, at_us);

    if (count.in_place == to - from)
        return PLACE_IN;
    if (count.in_place + count.missed == to - from)
        return PLACE_MISSED;
    if (count.in_place + count.missed > 0)
        return PLACE_SOME;
    return count.started > 0 ? PLACE_UNDER_WAY : PLACE_OPEN;
}

static void put_places(const struct frame *frame, const struct race_lane *lane)
{
    size_t items = frame->race->item_count;
    size_t places = (size_t)frame->places;
    const char *colour = NULL;

    for (size_t i = 0; i < places; i++) {
        const struct look *look = &looks[place_of(
            lane, items * i / places, items * (i + 1) / places, frame->at_us)];

        if (!colour || strcmp(colour, look->colour) != 0)
            set_colour(frame, look->colour);
        colour = look->colour;
        put_look(frame, look);
    }
    if (colour)
        set_colour(frame, NULL);
}

/* "~1.02 s" */
static void ideal_text(char text[IDEAL_WIDTH + QUANTITY_SIZE],
                       const struct race_lane *lane)
{
    char time[QUANTITY_SIZE];

    quantity_time(time, lane->ideal_us);
    snprintf(text, IDEAL_WIDTH + QUANTITY_SIZE, "%.1s%s", &lane->ideal_mark,
             time);
}

static void put_numbers(const struct frame *frame, const struct race_lane *lane)
{
    struct race_count count =
        race_count(lane, 0, frame->race->item_count, frame->at_us);
    bool ended = lane->ended_us >= 0 && race_lane_end_us(lane) <= frame->at_us;
    char ideal[IDEAL_WIDTH + QUANTITY_SIZE];
    char time[QUANTITY_SIZE] = "";

    ideal_text(ideal, lane);
    if (ended)
        quantity_time(time, (double)lane->ended_us);
    if (frame->has_ideal)
        fprintf(frame->out, "%*s%*s", GAP, "", IDEAL_WIDTH, ideal);
    if (frame->has_count)
        fprintf(frame->out, "%*s%*zu/%zu", GAP, "",
                digits_of(frame->race->item_count), count.in_place,
                frame->race->item_count);
    if (frame->has_time)
        fprintf(frame->out, "%*s%*s", GAP, "", TIME_WIDTH, time);
}

static void put_lane(struct frame *frame, const struct race_lane *lane)
{
    bool passed = /* not if it is unknown */
        (double)(frame->at_us - lane->began_us) >= lane->ideal_us;
    int rest = frame->columns - 1 - frame->name - GAP;

    fprintf(frame->out, "%-*.*s%*s", frame->name, frame->name, lane->name, GAP,
            "");
    if (lane->why[0]) {
        fprintf(frame->out, "%.*s", rest > 0 ? rest : 0, lane->why);
    } else {
        put_places(frame, lane);
        if (isnan(lane->ideal_us))
            fputc(' ', frame->out);
        else
            put_look(frame, &finish[passed]);
        put_numbers(frame, lane);
    }
    end_line(frame);
}

/* How many items, the time, and over the numbers their titles. There may be no
   room for the first, nor for the second: a time without its unit is another.
 */
static void put_title(struct frame *frame)
{
    int left = frame->name + GAP + frame->places + 1;
    char time[QUANTITY_SIZE] = "";
    char items[40];
    char text[64];

    snprintf(items, sizeof(items), "%zu item%s, ", frame->race->item_count,
             quantity_plural(frame->race->item_count));
    if ((int)strlen(items) + TIME_WIDTH > left)
        items[0] = '\0';
    if (TIME_WIDTH <= left)
        quantity_time(time, (double)frame->at_us);
    snprintf(text, sizeof(text), "%s%s", items, time);
    fprintf(frame->out, "%-*.*s", left, left, text);
    if (frame->has_ideal)
        fprintf(frame->out, "%*s%*s", GAP, "", IDEAL_WIDTH, "ideal");
    if (frame->has_count)
        fprintf(frame->out, "%*s%*s", GAP, "", frame->count, "in");
    if (frame->has_time)
        fprintf(frame->out, "%*s%*s", GAP, "", TIME_WIDTH, "time");
    end_line(frame);
}

/* One entry of the legend, if there is room; how far the line is then. */
static int put_meaning(const struct frame *frame, const struct look *look,
                       int at)
{
    int gap = at > 0 ? GAP : 0;
    int end = at + gap + 2 + (int)strlen(look->means);

    if (end > frame->columns - 1)
        return at;
    fprintf(frame->out, "%*s", gap, "");
    put_look(frame, look);
    fprintf(frame->out, " %s", look->means);
    return end;
}

static void put_legend(struct frame *frame)
{
    bool shared = frame->race->item_count > (size_t)frame->places;
    int at = 0;

    set_colour(frame, "2");
    at = put_meaning(frame, &looks[PLACE_IN], at);
    at = put_meaning(frame, &looks[PLACE_UNDER_WAY], at);
    if (shared)
        at = put_meaning(frame, &looks[PLACE_SOME], at);
    at = put_meaning(frame, &looks[PLACE_MISSED], at);
    put_meaning(frame, &finish[1], at);
    set_colour(frame, NULL);
    end_line(frame);
}

int race_frame(FILE *out, const struct race *race, int64_t at_us,
               const struct race_style *style)
{
    struct frame frame = {
        .out = out,
        .race = race,
        .style = style,
        .at_us = at_us,
        .columns =
            style->columns > COLUMNS_LEAST ? style->columns : COLUMNS_LEAST,
    };
    /* The title, the legend, and the line that the cursor is in. */
    size_t room = style->rows > 4 ? (size_t)style->rows - 3 : 1;
    size_t shown = race->lane_count;
    char more[40];

    measure(&frame);
    if (shown > room)
        shown = room > 1 ? room - 1 : 1; /* and a line about the others */
    put_title(&frame);
    for (size_t i = 0; i < shown; i++)
        put_lane(&frame, &race->lanes[i]);
    if (shown < race->lane_count && room > 1) {
        snprintf(more, sizeof(more), "and %zu more", race->lane_count - shown);
        fprintf(out, "%.*s", frame.columns - 1, more);
        end_line(&frame);
    }
    if (style->rows > 4)
        put_legend(&frame);
    return frame.lines;
}

static void print_end(FILE *out, const struct race *race,
                      const struct race_lane *lane)
{
    struct race_count count =
        race_count(lane, 0, race->item_count, race_lane_end_us(lane));
    char ideal[IDEAL_WIDTH + QUANTITY_SIZE];
    char time[QUANTITY_SIZE];

    if (lane->why[0]) {
        fprintf(out, "race: %s drops out: %s\n", lane->name, lane->why);
        return;
    }
    quantity_time(time, (double)lane->ended_us);
    ideal_text(ideal, lane);
    fprintf(out, "race: %s has %zu of %zu after %s", lane->name, count.in_place,
            race->item_count, time);
    if (!isnan(lane->ideal_us))
        fprintf(out, ", the ideal %s", ideal);
    fputc('\n', out);
}

/* The lane that ended first, later than `after_us` or, at that moment, in a
   later line; NULL: none until `at_us`. */
static const struct race_lane *next_end(const struct race *race,
                                        const struct race_lane *before,
                                        int64_t after_us, int64_t at_us)
{
    const struct race_lane *next = NULL;

    for (size_t i = 0; i < race->lane_count; i++) {
        const struct race_lane *lane = &race->lanes[i];
        int64_t end_us = race_lane_end_us(lane);
        bool is_later = end_us > after_us ||
                        (before && end_us == after_us && lane > before);

        if (is_later && end_us <= at_us &&
            (!next || end_us < race_lane_end_us(next)))
            next = lane;
    }
    return next;
}

void race_lines(FILE *out, const struct race *race, int64_t after_us,
                int64_t at_us)
{
    const struct race_lane *lane = NULL;

    for (size_t i = 0; i < race->lane_count && after_us < 0; i++) {
        if (race->lanes[i].why[0] && race->lanes[i].ended_us < 0)
            fprintf(out, "race: %s does not take part: %s\n",
                    race->lanes[i].name, race->lanes[i].why);
        else
            fprintf(out, "race: %s starts\n", race->lanes[i].name);
    }
    while ((lane = next_end(race, lane, after_us, at_us))) {
        print_end(out, race, lane);
        after_us = race_lane_end_us(lane);
    }
}

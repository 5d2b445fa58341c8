#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>

#include "download/growth.h"

static struct growth growth;

/* A look so late, at which the process has had `percent` of a processor since
   the last one that judged. */
static void look_after(int64_t us, enum growth_seen seen, int percent)
{
    int64_t now_us = growth.window_us + us;

    growth_look(&growth, seen, now_us,
                growth.window_cpu_us + us * percent / 100);
}

/* One that is late enough to judge. */
static void look(int percent)
{
    look_after(1000, GROWTH_SEES_WORK, percent);
}

Test(growth, begins_with_eight)
{
    growth = growth_begin(30, 2, 5000, 700);

    cr_expect(eq(u32, growth.count, 8));
    cr_expect(eq(i64, growth.look_us, 5250));
}

Test(growth, begins_with_all_where_there_are_no_more_and_never_looks)
{
    growth = growth_begin(8, 2, 0, 0);
    cr_expect(eq(u32, growth.count, 8));
    cr_expect(eq(i64, growth.look_us, INT64_MAX));

    growth = growth_begin(1, 2, 0, 0);
    cr_expect(eq(u32, growth.count, 1));
    cr_expect(eq(i64, growth.look_us, INT64_MAX));
}

Test(growth, has_more_where_a_processor_is_idle)
{
    growth = growth_begin(1000, 2, 0, 0);

    look(74);
    cr_expect(eq(u32, growth.count, 32));
    look(0);
    cr_expect(eq(u32, growth.count, 128));
}

Test(growth, has_no_more_than_are_of_use)
{
    growth = growth_begin(30, 2, 0, 0);

    look(0);
    cr_expect(eq(u32, growth.count, 30));
    cr_expect(eq(i64, growth.look_us, INT64_MAX));
}

Test(growth, waits_while_the_processors_are_busy)
{
    growth = growth_begin(30, 2, 0, 0);

    look(75);
    cr_expect(eq(u32, growth.count, 8));
    look(200);
    cr_expect(eq(u32, growth.count, 8));
}

Test(growth, has_more_once_they_are_no_longer)
{
    growth = growth_begin(30, 2, 0, 0);

    look(150);
    look(10);
    cr_expect(eq(u32, growth.count, 30));
}

Test(growth, does_not_judge_processors_by_less_than_a_millisecond)
{
    growth = growth_begin(30, 2, 0, 0);

    look_after(999, GROWTH_SEES_WORK, 0);
    cr_expect(eq(u32, growth.count, 8));
    look_after(1000, GROWTH_SEES_WORK, 74);
    cr_expect(eq(u32, growth.count, 30));
}

Test(growth, has_more_at_once_where_nobody_is_answered)
{
    growth = growth_begin(1000, 2, 0, 0);

    look_after(250, GROWTH_SEES_SILENCE, 200);
    cr_expect(eq(u32, growth.count, 32));
    look_after(500, GROWTH_SEES_SILENCE, 200);
    cr_expect(eq(u32, growth.count, 128));
}

Test(growth, looks_four_times_a_millisecond_at_first_and_then_less_often)
{
    growth = growth_begin(30, 1, 7000, 0);

    look_after(250, GROWTH_SEES_WORK, 100);
    cr_expect(eq(i64, growth.look_us, 7500));
    look_after(1000, GROWTH_SEES_WORK, 100);
    cr_expect(eq(i64, growth.look_us, 8250));
    look_after(1000, GROWTH_SEES_WORK, 100);
    cr_expect(eq(i64, growth.look_us, 9500));
    look_after(98000, GROWTH_SEES_WORK, 100);
    cr_expect(eq(i64, growth.look_us, 107000 + 25000));
}

Test(growth, looks_at_least_every_50_ms)
{
    growth = growth_begin(30, 1, 0, 0);

    look_after(3000000, GROWTH_SEES_WORK, 100);
    cr_expect(eq(i64, growth.look_us, 3050000));
}

Test(growth, looks_soon_again_after_it_has_grown)
{
    growth = growth_begin(1000, 1, 0, 0);

    look(0);
    cr_expect(eq(i64, growth.look_us, 1250));
}

Test(growth, leaves_half_of_the_processors_to_servers)
{
    growth = growth_begin(30, 8, 0, 0);

    look(300);
    cr_expect(eq(u32, growth.count, 8));
    look(299);
    cr_expect(eq(u32, growth.count, 30));
}

Test(growth, has_no_more_where_nothing_is_to_be_started_until_there_is)
{
    growth = growth_begin(30, 2, 0, 0);

    look_after(1000, GROWTH_SEES_IDLE, 0);
    cr_expect(eq(u32, growth.count, 8));
    look(0);
    cr_expect(eq(u32, growth.count, 30));
}

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdint.h>

#include "download/growth.h"

static struct growth growth;

/* A look when it is due, at which the process has had `percent` of a processor
   since the last one. */
static void look(int percent)
{
    int64_t due_us = growth.look_us;
    int64_t passed_us = due_us - growth.last_us;

    cr_assert(lt(i64, growth.last_us, due_us));
    growth_look(&growth, true, due_us,
                growth.last_cpu_us + passed_us * percent / 100);
}

Test(growth, begins_with_eight)
{
    growth = growth_begin(30, 2, 5000, 700);

    cr_expect(eq(u32, growth.count, 8));
    cr_expect(eq(i64, growth.look_us, 6000));
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

Test(growth, looks_each_millisecond_at_first_and_then_less_often)
{
    growth = growth_begin(30, 1, 7000, 0);

    for (int i = 0; i < 5; i++) {
        cr_expect(eq(i64, growth.look_us - growth.last_us, 1000));
        look(100);
    }
    cr_expect(eq(i64, growth.look_us - growth.last_us, 1250));
    growth_look(&growth, true, 107000, 107000);
    cr_expect(eq(i64, growth.look_us - growth.last_us, 25000));
}

Test(growth, looks_at_least_every_50_ms)
{
    growth = growth_begin(30, 1, 0, 0);

    growth_look(&growth, true, 3000000, 3000000);
    cr_expect(eq(i64, growth.look_us, 3050000));
}

Test(growth, leaves_half_of_the_processors_to_servers)
{
    growth = growth_begin(30, 8, 0, 0);

    look(300);
    cr_expect(eq(u32, growth.count, 8));
    look(299);
    cr_expect(eq(u32, growth.count, 30));
}

Test(growth, judges_a_look_that_comes_late_by_all_the_time_before_it)
{
    growth = growth_begin(30, 1, 0, 0);

    growth_look(&growth, true, 100000, 80000);
    cr_expect(eq(u32, growth.count, 8));
    cr_expect(eq(i64, growth.look_us, 125000));
}

Test(growth, has_no_more_where_nothing_is_to_be_started_until_there_is)
{
    growth = growth_begin(30, 2, 0, 0);

    growth_look(&growth, false, 1000, 0);
    cr_expect(eq(u32, growth.count, 8));
    cr_expect(eq(i64, growth.look_us, 2000));
    growth_look(&growth, true, 2000, 0);
    cr_expect(eq(u32, growth.count, 30));
}

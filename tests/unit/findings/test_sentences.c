#include <criterion/criterion.h>

#include "scene.h"

Test(conclude, three_strategies_are_related_in_speed_needs_and_ideal)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 10, 1000, 980, 1, 7, 30, 1, 0, 0, 0},
                 {"threaded", 20, true, 10, 84, 78, 21, 12, 40, 20, 0, 0, 0},
                 {"async", 20, true, 10, 83, 80, 1, 7, 25, 20, 0, 0, 0}},
        .sentences =
            "async is 12.0 times as fast as sequential (11.6 to 12.5)\n"
            "threaded is 11.9 times as fast as sequential (11.4 to 12.4)\n"
            "async and threaded: no difference detected (async takes 0.96 to "
            "1.02 times as long)\n"
            "async needs 1 thread, 7.0 MiB of memory and 25.0 ms of CPU time "
            "where threaded needs 21, 12.0 MiB and 40.0 ms\n"
            "async takes 3 % longer than its ideal: 2.58 ms of its 82.6 ms are "
            "overhead; sequential takes 2 % longer than its own, threaded "
            "takes "
            "7 % longer than its own\n",
    };

    expect_scene(&scene);
}

Test(conclude, what_is_slower_takes_times_as_long)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 7, 80, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"threaded", 20, true, 7, 120, 0, 21, 12, 0, 0, 0, 0, 0},
                 {"async", 20, true, 7, 82, 0, 1, 11, 0, 0, 0, 0, 0}},
        .sentences =
            "async and sequential: no difference detected (async takes 0.99 to "
            "1.06 times as long)\n"
            "threaded takes 1.50 times as long as sequential (1.44 to 1.56)\n"
            "async is 1.46 times as fast as threaded (1.41 to 1.52)\n"
            "async needs 1 thread where threaded needs 21\n",
    };

    expect_scene(&scene);
}

Test(conclude, one_cell_is_told_by_its_time)
{
    static const struct scene scene = {
        .rows = {{"async", 20, true, 10, 84, 80, 1, 7, 30, 20, 0, 0, 0}},
        .sentences =
            "async takes 83.6 ms (79.8 ms to 87.4 ms in 10 runs)\n"
            "async takes 4 % longer than its ideal: 3.58 ms of its 83.6 ms "
            "are overhead\n",
    };

    expect_scene(&scene);
}

Test(conclude, a_single_run_is_said_to_be_one)
{
    static const struct scene scene = {
        .rows = {{"async", 20, true, 1, 84, 0, 1, 7, 30, 20, 0, 0, 0}},
        .sentences =
            "async takes 84.0 ms in its only run\n"
            "with 1 run of a cell, a difference is not told from chance: 5 "
            "are the least, 10 a good start (-r 10)\n",
    };

    expect_scene(&scene);
}

Test(conclude, with_few_runs_times_are_told_and_no_difference)
{
    static const struct scene scene = {
        .rows = {{"threaded", 20, true, 1, 84, 0, 21, 7, 0, 0, 0, 0, 0},
                 {"async", 20, true, 1, 80, 0, 1, 7, 0, 0, 0, 0, 0}},
        .sentences =
            "async takes 80.0 ms in its only run\n"
            "threaded takes 84.0 ms in its only run\n"
            "async needs 1 thread where threaded needs 21\n"
            "with 1 run of a cell, a difference is not told from chance: 5 "
            "are the least, 10 a good start (-r 10)\n",
    };

    expect_scene(&scene);
}

Test(conclude, a_certain_difference_may_be_nothing_to_speak_of)
{
    static const struct scene scene = {
        .rows = {{"threaded", 20, true, 11, 1000, 0, 21, 7, 0, 0, 0, 0, 0},
                 {"async", 20, true, 11, 1009, 0, 1, 7, 0, 0, 0, 0, 0}},
        .sentences = "async and threaded differ by less than 1 %\n"
                     "async needs 1 thread where threaded needs 21\n",
    };

    expect_scene(&scene);
}

Test(conclude, of_few_runs_only_what_never_varies_is_needed)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 4, 1000, 0, 1, 5, 20, 1, 0, 0, 0},
                 {"async", 20, true, 4, 100, 0, 1, 9, 41, 20, 0, 0, 0}},
        .sentences = "async takes 99.5 ms (98.0 ms to 101 ms in 4 runs)\n"
                     "sequential takes 995 ms (980 ms to 1.01 s in 4 runs)\n"
                     "async needs 20 connections where sequential needs 1\n"
                     "with 4 runs of a cell, a difference is not told from "
                     "chance: 5 are "
                     "the least, 10 a good start (-r 10)\n",
    };

    expect_scene(&scene);
}

Test(conclude, without_threads_the_fastest_needs_are_told_of)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 10, 1000, 900, 1, 5, 20, 1, 0, 0, 0},
                 {"async", 20, true, 10, 100, 40, 1, 9, 21, 20, 0, 0, 0}},
        .with = {.ideal_estimated = true},
        .sentences =
            "async is 10.0 times as fast as sequential (9.7 to 10.3)\n"
            "async needs 9.0 MiB of memory and 20 connections where sequential "
            "needs 5.0 MiB and 1\n"
            "async takes 2.49 times its estimated ideal: 59.5 ms of its 99.5 "
            "ms are overhead; sequential takes 11 % longer than its own\n",
    };

    expect_scene(&scene);
}

Test(conclude, an_estimated_ideal_may_be_above_what_was_seen)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 10, 1000, 1000, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 10, 100, 110, 0, 0, 0, 0, 0, 0, 0}},
        .with = {.ideal_estimated = true},
        .sentences = "async is 10.0 times as fast as sequential (9.7 to 10.3)\n"
                     "async is no slower than its estimated ideal; sequential "
                     "is no slower than its own\n",
    };

    expect_scene(&scene);
}

Test(conclude, a_sweep_tells_where_gains_end_and_errors_begin)
{
    static const struct scene scene = {
        .rows = {{"threaded", 1, true, 7, 1000, 0, 2, 5, 0, 1, 0, 0, 0},
                 {"threaded", 10, true, 7, 110, 0, 11, 6, 0, 10, 0, 0, 0},
                 {"threaded", 50, true, 7, 200, 0, 51, 9, 0, 50, 0, 3, 2},
                 {"threaded", 100, true, 0, 0, 0, 0, 0, 0, 0, 7, 40, 7},
                 {"async", 1, true, 7, 1005, 0, 1, 5, 0, 1, 0, 0, 0},
                 {"async", 10, true, 7, 105, 0, 1, 5, 0, 10, 0, 0, 0},
                 {"async", 50, true, 7, 40, 0, 1, 6, 0, 50, 0, 0, 0},
                 {"async", 100, true, 7, 41, 0, 1, 6, 0, 100, 0, 0, 0}},
        .sentences =
            "async -m 50 is 25.0 times as fast as threaded -m 1 (23.8 "
            "to 26.3)\n"
            "threaded -m 10 is 9.09 times as fast as threaded -m 1 "
            "(8.65 to 9.55)\n"
            "async -m 50 is 5.00 times as fast as threaded -m 50 "
            "(4.76 to 5.26)\n"
            "async -m 50 needs 1 thread and 6.0 MiB of memory where "
            "threaded -m 50 needs 51 and 9.0 MiB\n"
            "threaded gains nothing beyond -m 10: -m 50 takes 1.82 "
            "times as long (1.73 to 1.91)\n"
            "async gains less than 5 % beyond -m 50: -m 100 takes 0.98 "
            "to 1.08 times as long\n"
            "errors begin at -m 50 (threaded: 3 items in 2 runs)\n"
            "7 runs failed or did other work than the rest and do not "
            "count "
            "(threaded -m 100: 7)\n"
            "threaded -m 100 has no run that counts\n",
    };

    expect_scene(&scene);
}

Test(conclude, a_sweep_may_gain_to_its_end)
{
    static const struct scene scene = {
        .rows = {{"async", 1, true, 7, 1000, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 10, true, 7, 990, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 7, 40, 0, 0, 0, 0, 0, 0, 0, 0}},
        .sentences =
            "async -m 20 is 25.0 times as fast as async -m 1 (24.0 to 26.0)\n"
            "async gets faster up to -m 20, the most that was tried\n"
            "no errors up to -m 20\n",
    };

    expect_scene(&scene);
}

Test(conclude, errors_of_every_run_are_not_told_to_be_none)
{
    static const struct scene scene = {
        .rows = {{"async", 1, true, 7, 1000, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 7, 40, 0, 0, 0, 0, 0, 0, 0, 0}},
        .with = {.errors = 2},
        .sentences =
            "async -m 20 is 25.0 times as fast as async -m 1 (24.3 to 25.8)\n"
            "async gets faster up to -m 20, the most that was tried\n",
    };

    expect_scene(&scene);
}

Test(conclude, a_gain_that_is_not_detected_is_none)
{
    static const struct scene scene = {
        .rows = {{"async", 10, true, 7, 100, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 7, 99, 0, 0, 0, 0, 0, 0, 0, 0}},
        .sentences =
            "async -m 20 and async -m 10: no difference detected (async -m 20 "
            "takes 0.96 to 1.02 times as long)\n"
            "async gains less than 5 % beyond -m 10: -m 20 takes 0.96 to 1.02 "
            "times as long\n"
            "no errors up to -m 20\n",
    };

    expect_scene(&scene);
}

Test(conclude, a_gain_that_may_hide_is_not_denied)
{
    static const struct scene scene = {
        .rows = {{"async", 10, true, 5, 1000, 1000, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 5, 975, 500, 0, 0, 0, 0, 0, 0, 0}},
        .sentences =
            "async -m 20 and async -m 10: no difference detected (async -m 20 "
            "takes 0.95 to 1.00 times as long)\n"
            "async -m 20 takes 95 % longer than its ideal: 475 ms of its 975 "
            "ms are overhead\n"
            "async is not shown to gain beyond -m 10: -m 20 takes 0.95 to 1.00 "
            "times as long; the ideal would allow 2.00 times the speed\n"
            "no errors up to -m 20\n",
    };

    expect_scene(&scene);
}

Test(conclude, reuse_is_told_for_each_strategy)
{
    static const struct scene scene = {
        .rows = {{"threaded", 20, true, 7, 100, 0, 21, 9, 0, 20, 0, 0, 0},
                 {"threaded", 20, false, 7, 130, 0, 21, 9, 0, 194, 0, 0, 0},
                 {"async", 20, true, 7, 100, 0, 1, 9, 0, 20, 0, 0, 0},
                 {"async", 20, false, 7, 101, 0, 1, 9, 0, 194, 0, 0, 0}},
        .sentences = "async and threaded: no difference detected (async takes "
                     "0.96 to 1.04 times as long)\n"
                     "async needs 1 thread where threaded needs 21\n"
                     "threaded is 1.30 times as fast with reuse of connections "
                     "as without (1.25 to 1.35)\n"
                     "async with and without reuse of connections: no "
                     "difference detected\n",
    };

    expect_scene(&scene);
}

Test(conclude, without_the_first_cell_the_others_are_related)
{
    static const struct scene scene = {
        .rows = {{"sequential", 1, true, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0},
                 {"threaded", 20, true, 7, 110, 0, 0, 0, 0, 0, 0, 0, 0},
                 {"async", 20, true, 7, 100, 0, 0, 0, 0, 0, 0, 0, 0}},
        .sentences = "async is 1.10 times as fast as threaded (1.07 to 1.13)\n"
                     "7 runs failed or did other work than the rest and do not "
                     "count "
                     "(sequential: 7)\n"
                     "sequential has no run that counts\n",
    };

    expect_scene(&scene);
}

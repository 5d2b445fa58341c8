#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "download/processors.h"
#include "scratch.h"

/* A directory with what the system would say. */
static char root[SCRATCH_SIZE];
static char listed[SCRATCH_SIZE];

static void write_text(const char *name, const char *text)
{
    scratch_write(root, name, text, strlen(text));
}

static void make_directory(const char *name)
{
    char path[SCRATCH_SIZE];

    scratch_path(path, root, name);
    cr_assert(eq(int, mkdir(path, 0700), 0));
}

static void setup(void)
{
    scratch_make(root);
    scratch_path(listed, root, "self");
}

static void teardown(void)
{
    scratch_remove(root);
}

TestSuite(processors, .init = setup, .fini = teardown);

static void expect_of_eight(unsigned count)
{
    cr_expect(eq(uint, processors_within(listed, root, 8), count));
}

Test(processors, are_those_that_the_thread_is_bound_to)
{
    cpu_set_t all;
    cpu_set_t one;
    int first = 0;

    cr_assert(eq(int, sched_getaffinity(0, sizeof(all), &all), 0));
    while (!CPU_ISSET(first, &all))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    cr_assert(eq(int, sched_setaffinity(0, sizeof(one), &one), 0));

    cr_expect(eq(uint, processors_count(), 1));
}

Test(processors, are_no_more_than_a_quota_keeps_busy)
{
    static const struct {
        const char *max;
        unsigned count;
    } cases[] = {{"max 100000\n", 8},
                 {"100000 100000\n", 1},
                 {"250000 100000\n", 2},
                 {"50000 100000\n", 1},
                 {"99999 50000\n", 1},
                 {"1600000 100000\n", 8},
                 {"", 8},
                 {"200000\n", 8},
                 {"200000 0\n", 8}};

    write_text("self", "0::/\n");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_text("cpu.max", cases[i].max);
        cr_expect(eq(uint, processors_within(listed, root, 8), cases[i].count),
                  "%s", cases[i].max);
    }
}

Test(processors, are_limited_by_each_group_around)
{
    write_text("self", "0::/slice/service\n");
    make_directory("slice");
    make_directory("slice/service");
    write_text("slice/cpu.max", "300000 100000\n");
    write_text("slice/service/cpu.max", "max 100000\n");
    expect_of_eight(3);

    write_text("slice/service/cpu.max", "200000 100000\n");
    expect_of_eight(2);
}

/* As in a container, whose list tells the path outside. */
Test(processors, are_limited_by_the_root_where_the_group_is_not_to_be_seen)
{
    write_text("self", "0::/docker/0123\n");
    write_text("cpu.max", "200000 100000\n");
    expect_of_eight(2);
}

Test(processors, are_limited_by_a_quota_of_the_first_version)
{
    write_text("self", "5:cpuset:/box\n4:cpuacct,cpu:/box\n1:name=systemd:/\n");
    make_directory("cpu");
    make_directory("cpu/box");
    write_text("cpu/box/cpu.cfs_quota_us", "-1\n");
    write_text("cpu/box/cpu.cfs_period_us", "100000\n");
    expect_of_eight(8);

    write_text("cpu/box/cpu.cfs_quota_us", "150000\n");
    expect_of_eight(1);
}

Test(processors, are_limited_by_nothing_that_cannot_be_read)
{
    expect_of_eight(8);
    write_text("self", "nonsense\n\n0:\n0::\n7:cpus:/x\n");
    expect_of_eight(8);
}

Test(processors, suffice_while_no_thread_waits_for_one)
{
    cr_expect(processors_suffice_by("0.20 0.18 0.12 1/80 11206\n", 2));
    cr_expect(processors_suffice_by("9.20 8.18 7.12 2/80 11206\n", 2));
    cr_expect(not(processors_suffice_by("0.00 0.00 0.00 3/80 11206\n", 2)));
    cr_expect(not(processors_suffice_by("0.00 0.00 0.00 2/80 11206\n", 1)));
    cr_expect(processors_suffice_by("", 2));
    cr_expect(processors_suffice_by("0.00 0.00", 2));
}

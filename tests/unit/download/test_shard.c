#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "download/shard.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

TestSuite(shard, .timeout = 10);

/* The vectors of the FNV hash's authors. */
Test(shard, hashes_as_fnv_1a_does)
{
    cr_expect(eq(u64, shard_hash(""), UINT64_C(0xcbf29ce484222325)));
    cr_expect(eq(u64, shard_hash("a"), UINT64_C(0xaf63dc4c8601ec8c)));
    cr_expect(eq(u64, shard_hash("foobar"), UINT64_C(0x85944171f73967e8)));
}

Test(shard, each_name_is_one_shards_and_none_has_far_more_than_its_part)
{
    enum { NAMES = 8000, SHARDS = 8 };
    int of[SHARDS] = {0};

    for (int i = 0; i < NAMES; i++) {
        char name[32];
        int owners = 0;

        snprintf(name, sizeof(name), "file-%d.gif", i);
        for (uint32_t index = 0; index < SHARDS; index++) {
            const struct shard shard = {index, SHARDS};

            if (!shard_has(&shard, name))
                continue;
            owners++;
            of[index]++;
        }
        cr_assert(eq(int, owners, 1));
    }
    for (int i = 0; i < SHARDS; i++) {
        cr_expect(gt(int, of[i], 850));
        cr_expect(lt(int, of[i], 1150));
    }
}

Test(shard, without_shards_everything_is_ours)
{
    const struct shard none = {0};

    cr_expect(shard_has(&none, "br.gif"));
    cr_expect(eq(u32, shard_part(&none, 7), 7));
}

Test(shard, is_read_from_a_number_and_their_count)
{
    struct shard shard = {5, 6};
    static const char *const bad[] = {
        "",    "/",    "3",    "8/8",  "9/8",       "-1/8",
        "1/0", "1/8x", " 1/8", "1//8", "1/1000001", "99999999999999999999/8"};

    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_expect(eq(int, shard_parse(&shard, bad[i]), -EINVAL), "%s", bad[i]);
        cr_expect(eq(u32, shard.count, 6));
    }
    cr_expect(eq(int, shard_parse(&shard, "0/1"), 0));
    cr_expect(eq(u32, shard.index, 0));
    cr_expect(eq(u32, shard.count, 1));
    cr_expect(eq(int, shard_parse(&shard, "7/8"), 0));
    cr_expect(eq(u32, shard.index, 7));
    cr_expect(eq(u32, shard.count, 8));
}

static const char *variables;

/* From "NAME=VALUE NAME=VALUE". */
static const char *variable(const char *name)
{
    static char value[64];
    const char *at = strstr(variables, name);

    if (!at || at[strlen(name)] != '=')
        return NULL;
    at += strlen(name) + 1;
    snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, " "), at);
    return value;
}

Test(shard, is_found_in_the_variables_of_what_runs_us)
{
    static const struct {
        const char *variables;
        uint32_t index, count; /* 0: refused */
    } cases[] = {
        {"SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=8", 3, 8},
        {"SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_MIN=1 "
         "SLURM_ARRAY_TASK_COUNT=8",
         2, 8},
        {"SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=8 FLAGS_SHARDS=16", 3,
         16},
        {"JOB_COMPLETION_INDEX=0 FLAGS_SHARDS=4", 0, 4},
        {"PARALLEL_SEQ=1 FLAGS_SHARDS=4", 0, 4},
        {"PARALLEL_SEQ=4 FLAGS_SHARDS=4", 3, 4},
        {"", 0, 0},
        {"FLAGS_SHARDS=4", 0, 0},
        {"JOB_COMPLETION_INDEX=0", 0, 0},
        {"JOB_COMPLETION_INDEX=4 FLAGS_SHARDS=4", 0, 0},
        {"JOB_COMPLETION_INDEX=x FLAGS_SHARDS=4", 0, 0},
        {"JOB_COMPLETION_INDEX=1 FLAGS_SHARDS=0", 0, 0},
        {"JOB_COMPLETION_INDEX=1 FLAGS_SHARDS=x", 0, 0},
        {"JOB_COMPLETION_INDEX=1 PARALLEL_SEQ=2 FLAGS_SHARDS=4", 0, 0},
        {"PARALLEL_SEQ=0 FLAGS_SHARDS=4", 0, 0},
        {"SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_MIN=2 "
         "SLURM_ARRAY_TASK_COUNT=8",
         0, 0},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct shard shard = {0};
        const char *why = NULL;
        int rc;

        variables = cases[i].variables;
        rc = shard_find(&shard, variable, &why);
        cr_expect(eq(int, rc, cases[i].count ? 0 : -EINVAL), "%s", variables);
        cr_expect(eq(u32, shard.index, cases[i].index), "%s", variables);
        cr_expect(eq(u32, shard.count, cases[i].count), "%s", variables);
        cr_expect(rc == 0 || (why && *why), "%s", variables);
    }
}

Test(shard, parts_of_a_limit_add_up_to_it_and_none_is_nothing)
{
    for (uint32_t limit = 1; limit < 40; limit++) {
        uint32_t sum = 0;

        for (uint32_t index = 0; index < 8; index++) {
            const struct shard shard = {index, 8};
            uint32_t part = shard_part(&shard, limit);

            cr_expect(gt(u32, part, 0));
            sum += part;
        }
        cr_expect(eq(u32, sum, limit < 8 ? 8 : limit));
    }
}

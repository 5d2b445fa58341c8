#include "download/shard.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

uint64_t shard_hash(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (; *text; text++) {
        hash ^= (unsigned char)*text;
        hash *= UINT64_C(1099511628211);
    }
    return hash;
}

bool shard_has(const struct shard *shard, const char *name)
{
    return shard->count == 0 || shard_hash(name) % shard->count == shard->index;
}

/* Digits alone, up to `most`; *end is behind them. */
static bool read_number(const char *text, uint64_t most, uint64_t *number,
                        const char **end)
{
    uint64_t value = 0;
    const char *at = text;

    for (; *at >= '0' && *at <= '9'; at++) {
        value = value * 10 + (uint64_t)(*at - '0');
        if (value > most)
            return false;
    }
    *number = value;
    *end = at;
    return at > text;
}

int shard_parse(struct shard *shard, const char *text)
{
    uint64_t index;
    uint64_t count;
    const char *end;

    if (!read_number(text, SHARDS_MOST, &index, &end) || *end != '/' ||
        !read_number(end + 1, SHARDS_MOST, &count, &end) || *end ||
        index >= count)
        return -EINVAL;
    *shard = (struct shard){(uint32_t)index, (uint32_t)count};
    return 0;
}

/* The variable's number; 1: it is not set; -EINVAL: it is none. */
static int read_variable(const char *(*get)(const char *name), const char *name,
                         uint64_t *number)
{
    const char *text = get(name);
    const char *end;

    if (!text || !*text)
        return 1;
    return read_number(text, UINT32_MAX, number, &end) && !*end ? 0 : -EINVAL;
}

/* Where a shard's number comes from, and what the first one's is. */
static const struct scheduler {
    const char *index, *first;
    uint64_t usual_first;
} schedulers[] = {
    {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", 0},
    {"JOB_COMPLETION_INDEX", NULL, 0},
    {"PARALLEL_SEQ", NULL, 1},
};

/* 1: not this one's; 0; -EINVAL. */
static int find_index(const struct scheduler *scheduler,
                      const char *(*get)(const char *name), uint64_t *index)
{
    uint64_t first = scheduler->usual_first;
    int rc = read_variable(get, scheduler->index, index);

    if (rc == 0 && scheduler->first &&
        read_variable(get, scheduler->first, &first) < 0)
        rc = -EINVAL;
    if (rc == 0 && *index < first)
        rc = -EINVAL;
    *index -= rc == 0 ? first : 0;
    return rc;
}

static int find_count(const char *(*get)(const char *name), uint64_t *count)
{
    int rc = read_variable(get, "FLAGS_SHARDS", count);

    return rc == 1 ? read_variable(get, "SLURM_ARRAY_TASK_COUNT", count) : rc;
}

int shard_find(struct shard *shard, const char *(*get)(const char *name),
               const char **why)
{
    uint64_t index = 0;
    uint64_t count = 0;
    size_t found = 0;
    int rc;

    for (size_t i = 0; i < sizeof(schedulers) / sizeof(schedulers[0]); i++) {
        uint64_t number;

        rc = find_index(&schedulers[i], get, &number);
        *why = "a number in SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or "
               "PARALLEL_SEQ that is none";
        if (rc < 0)
            return rc;
        if (rc == 1)
            continue;
        index = number;
        found++;
    }
    *why = found ? "only one of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX and "
                   "PARALLEL_SEQ"
                 : "SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or PARALLEL_SEQ "
                   "to say which shard this is";
    if (found != 1)
        return -EINVAL;
    rc = find_count(get, &count);
    *why = "the number of shards in FLAGS_SHARDS or SLURM_ARRAY_TASK_COUNT";
    if (rc != 0 || count == 0 || count > SHARDS_MOST)
        return -EINVAL;
    *why = "a shard's number below that of the shards";
    if (index >= count)
        return -EINVAL;
    *shard = (struct shard){(uint32_t)index, (uint32_t)count};
    return 0;
}

uint32_t shard_part(const struct shard *shard, uint32_t limit)
{
    uint32_t part;

    if (shard->count == 0)
        return limit;
    part = limit / shard->count + (shard->index < limit % shard->count);
    return part ? part : 1;
}

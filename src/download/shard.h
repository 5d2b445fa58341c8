#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * shard: one of several parts of the same work, for runs on several machines.
 *
 * Whose an item is depends on its name alone, not on where in the list it
 * stands: the 64-bit FNV-1a hash of the name (Fowler, Noll and Vo;
 * draft-eastlake-fnv) modulo the number of shards. So every shard may read the
 * same list, in any order, and items of one file are the same shard's. The hash
 * is part of what users rely on: it does not change between versions.
 */
struct shard {
    uint32_t index; /* from 0 */
    uint32_t count; /* 0: there are no shards, everything is ours */
};

enum { SHARDS_MOST = 1000000 };

/* The hash of a text. Pure. */
uint64_t shard_hash(const char *text);

/* Whether what is called so is this shard's. */
bool shard_has(const struct shard *shard, const char *name);

/* Read "3/8". -EINVAL: it is something else, and *shard is untouched. */
int shard_parse(struct shard *shard, const char *text);

/*
 * Find it in the variables of what runs us: SLURM_ARRAY_TASK_ID (less
 * SLURM_ARRAY_TASK_MIN), JOB_COMPLETION_INDEX (Kubernetes' indexed jobs) or
 * PARALLEL_SEQ (GNU parallel's, which begins at 1), the number of shards in
 * FLAGS_SHARDS, else SLURM_ARRAY_TASK_COUNT. `get` is getenv(), or a test's.
 * -EINVAL: none, two of them, or no number; *why is a phrase that says so,
 * static.
 */
int shard_find(struct shard *shard, const char *(*get)(const char *name),
               const char **why);

/* This shard's part of a limit for all of them together: the parts add up to
   it, but nobody's is 0. Without shards, all of it. */
uint32_t shard_part(const struct shard *shard, uint32_t limit);

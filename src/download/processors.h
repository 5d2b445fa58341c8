#pragma once

#include <stdbool.h>

/*
 * processors: how many of them this process may keep busy, and whether one has
 * nothing to do.
 */

/*
 * Those that this thread is bound to (sched_setaffinity()), and no more than
 * the time that its control groups buy (CPUQuota=, docker's --cpus): half a
 * processor more is none. At least 1.
 */
unsigned processors_count(void);

/*
 * `most`, or fewer by the quotas of the control groups: `listed` is a file like
 * /proc/self/cgroup, and `mounted` a directory like /sys/fs/cgroup, of version
 * 1 or 2. What cannot be read is no limit. At least 1.
 */
unsigned processors_within(const char *listed, const char *mounted,
                           unsigned most);

/*
 * Whether no thread waits for a processor just now: one more would take turns
 * with those that are there. Of the whole machine, for it knows no more. True
 * where the system does not tell.
 */
bool processors_suffice(void);

/* By the text of /proc/loadavg, with so many online. Pure. */
bool processors_suffice_by(const char *loadavg, unsigned online);

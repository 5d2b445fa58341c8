#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

/*
 * tree: a command of somebody else's, run by sh to the end of all that comes of
 * it: its children, theirs, and those that leave it (daemons).
 *
 * It has a process group of its own. Between it and us is a process that
 * adopts what the command leaves (PR_SET_CHILD_SUBREAPER, prctl(2)), so that
 * nothing of it is forgotten, and nothing outlives the call, however it ends.
 */

/* Bytes. What goes on for ever would fill the disk. */
#define TREE_OUTPUT_MOST (INT64_C(64) << 20)

struct tree_command {
    const char *text;      /* for sh -c */
    const char *directory; /* to run in */
    const char *output;    /* the file that its standard output and error go to,
                              replaced; its input is empty; it is killed soon
                              after it has written more than TREE_OUTPUT_MOST */
    int64_t limit_us;      /* it is killed then, with all that came of it */
};

struct tree_end {
    int status;          /* of sh, as of wait(2) */
    bool timed_out;      /* the limit was reached */
    bool wordy;          /* it was killed for having written TREE_OUTPUT_MOST */
    int64_t elapsed_us;  /* from its fork to the end of the last of its
                            processes */
    struct rusage usage; /* of all of them: the times and the switches */
    int64_t peak_memory; /* bytes: of the peaks of the resident sets of those
                            that run at a time, the greatest sum that was seen
                            (every 10 ms); -1: it was over before */
};

/*
 * Run it. 0; -EINTR: a signal of interrupt.h came, and it has been killed;
 * other negative errno values: nothing is left running. Main thread.
 */
int tree_run(struct tree_end *end, const struct tree_command *command);

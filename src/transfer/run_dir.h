#pragma once

/*
 * run_dir: the directory that a run has to itself inside the output directory,
 * `.flags-XXXXXX`.
 *
 * It is marked as ours from its birth by the sticky bit (mkdir(2): Linux takes
 * it), so that a directory of the user's of such a name is never touched. While
 * the run lives it holds flock(2) on it. Nobody waits for a lock: whoever finds
 * that another run has taken a directory for a dead run's, in the moment
 * between its making and its locking, makes another.
 *
 * Where a file system keeps no such bit (vfat), what a killed run left stays;
 * where it has no locks, nobody takes a directory for a dead run's either.
 */

enum { RUN_DIR_NAME_SIZE = sizeof(".flags-XXXXXX") };

struct run_dir {
    int output; /* the directory it is in, borrowed */
    int fd;     /* itself, locked */
    char name[RUN_DIR_NAME_SIZE];
};

/* Make, open and lock one. A negative errno code: there is none. */
int run_dir_make(struct run_dir *run, int output);

/* Remove it with the files that a run writes there, and close it. What somebody
   else put there stays, and the directory with it. */
void run_dir_remove(struct run_dir *run);

/* Remove the directories of runs that died: those that are ours and that nobody
   holds. Failures are no concern of this run. */
void run_dir_sweep(int output);

/* What a run writes: a worker's number and this. */
#define RUN_DIR_PART_SUFFIX ".part"

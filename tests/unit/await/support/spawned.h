#pragma once

#include "await/await.h"

/*
 * spawned: child processes for tests, which fail if they cannot be started.
 */

/* All three of a child's are pipes. */
extern const aw_spawn_options pipes;

/* sh, with the script. */
aw_process *start(const char *script, const aw_spawn_options *options);

/* Its status, once it has ended. */
int status_of(aw_process *p);

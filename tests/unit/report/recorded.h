#pragma once

#include "download/events.h"
#include "report/record.h"
#include "told.h"

/*
 * recorded: a record and the stream whose events it folds; items, and how they
 * end, for tests that tell of them. A test has a process to itself, hence one
 * of each.
 */

extern struct events events;
extern struct record record;

/* For test suites. */
void recorded_setup(void);
void recorded_teardown(void);

extern const struct item br, us, zz; /* of indices 0, 1, 2 */

extern const struct outcome ok, not_found, cancelled;

/* A first request, on a connection of its own; one after it, on the same. */
extern const struct reply fresh, kept;

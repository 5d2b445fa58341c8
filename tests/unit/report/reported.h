#pragma once

#include "download/events.h"
#include "told.h"
#include "written.h"

/*
 * reported: a stream of events, for what prints of them, and one to print to;
 * items, and how they end. A test has a process to itself, hence one of each.
 */

extern struct events events;
extern struct written stream;

/* For test suites. */
void reported_setup(void);
void reported_teardown(void);

/* What was written since the last call, valid until more is written. */
char *written(void);

extern const struct item br, ba, zz, wild;

extern const struct outcome ok, not_found, teapot, refused, late, cancelled;

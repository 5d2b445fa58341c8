#pragma once

#include "../support/kit.h"

/*
 * turns: which turn of the loop each thing happens in. A ticker counts the
 * turns, and ev_turn() puts the number before each line, as traces/turns.py
 * does, whose names these are.
 */

/* Run a scenario with a heading, in a loop with a virtual clock of its own. */
void scenario(const char *name, aw_fn entry);

void start(void); /* count turns from here */
void start_later(void *unused);
void stop(void);
void ev_turn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ev_turn_line(void *line);
void tell_done(aw_future *f, void *line);

/* Take n turns, then end with the name or the error; pass a cancellation on. */
aw_coro steps(const char *name, int n, int number);

/* Wait for ever; cancelled, take n turns to clean up. */
aw_coro cleaning(const char *name, int n);

/* Await, and tell the outcome. The future is borrowed. */
aw_coro awaiting(const char *name, aw_awaitable a);

/* Wait for a future, at most so long, and tell how many are done. */
aw_coro waiting(const char *name, aw_future *f, double limit);

#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "download/events.h"

/*
 * standing: how far a run is, and what it is doing, for whoever asks.
 *
 * Ownership: embedded by the caller, zeroed; standing_close() once the stream
 * has ended.
 */
struct standing {
    struct event_sink sink;
    uint64_t total; /* items; 0: not known */
    atomic_llong of[STATUS_COUNT];
    atomic_llong busy; /* attempts in flight */
    struct standing_worker *workers;
    size_t worker_count;
    FILE *out;
    bool (*is_asked)(void *arg); /* for the list; called at each event */
    void *arg;
    void (*then)(void *arg); /* tells more below the list; may be NULL */
    bool told;
};

/* Add the sink to the stream, which borrows it. Once `is_asked` says so, what
   is in flight is listed on `out`, once, before the next event changes it; then
   `then`, where it is set, is called with `arg`, in the thread of that event,
   and so at each event that follows. */
void standing_init(struct standing *standing, uint64_t total, FILE *out,
                   bool (*is_asked)(void *arg), void *arg,
                   struct events *events);
void standing_close(struct standing *standing);

/* "flags: 12 of 20: 10 ok, 1 not found, 1 error, 5 in flight", in one write(2)
   to the descriptor. Async-signal-safe, from any thread. */
void standing_write(const struct standing *standing, int fd);

/* What is in flight, a line an attempt: what, since when, where it has got. */
void standing_list(const struct standing *standing, FILE *out, int64_t now_us);

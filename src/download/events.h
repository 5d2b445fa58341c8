#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "download/item.h"
#include "download/outcome.h"
#include "download/schedule.h"

/*
 * events: everything a run does, in order. Reports, the progress bar, the
 * timeline and the machine-readable forms are folds of this stream.
 *
 * Threads: events_emit() may be called from any thread. It takes the stream's
 * lock, stamps the event and calls the sinks one after the other, so a sink is
 * never called twice at a time and sees times that never go back: sinks need
 * no lock of their own. They must be quick, must not emit, and, as some events
 * come out of libcurl's callbacks, must not call libcurl.
 *
 * The life of an item: SCHEDULED, then for each attempt STARTED and, for each
 * of its requests, FIRST_BYTE (if a byte comes) and TRANSFERRED; then RETRY, or
 * SAVED; at last FINAL, exactly once. What a stop kept from being started has
 * FINAL alone, or SCHEDULED and FINAL.
 */

enum event_kind {
    EVENT_SCHEDULED,   /* the item is in the schedule */
    EVENT_STARTED,     /* an attempt begins */
    EVENT_FIRST_BYTE,  /* of an answer */
    EVENT_TRANSFERRED, /* one request has ended: `reply` */
    EVENT_SAVED,       /* the file has its final name: `name` */
    EVENT_RETRY,       /* the attempt failed: `outcome`; there will be another,
                          at `due_us` at the earliest */
    EVENT_FINAL,       /* `outcome` is the item's, for good */
    EVENT_STOPPED,     /* nothing will be started any more: `stop` */
    EVENT_KINDS
};

/* Valid during the call, as is all that it points to. */
struct event {
    enum event_kind kind;
    int64_t at_us;                 /* since events_init(), monotonic */
    const struct item *item;       /* NULL: EVENT_STOPPED */
    unsigned attempt;              /* from 1; 0: none was started */
    unsigned worker;               /* from 1; 0: none */
    const struct reply *reply;     /* EVENT_TRANSFERRED, else NULL */
    const char *name;              /* EVENT_SAVED, else NULL */
    const struct outcome *outcome; /* EVENT_RETRY, EVENT_FINAL, else NULL */
    int64_t due_us;                /* EVENT_RETRY */
    enum stop_reason stop;         /* EVENT_STOPPED */
};

#define EVENT_BIT(kind) (1u << (kind))
#define EVENT_ALL (EVENT_BIT(EVENT_KINDS) - 1)

struct event_sink {
    void (*on_event)(void *arg, const struct event *event);
    void *arg;
    unsigned kinds;          /* EVENT_BIT()s of what it wants */
    struct event_sink *next; /* the stream's own */
};

struct events {
    pthread_mutex_t lock;
    int64_t start_us; /* on the monotonic clock */
    unsigned kinds;   /* that some sink wants */
    struct event_sink *sinks;
};

/* Start the stream's clock. A negative errno code: nothing to close. */
int events_init(struct events *events);
void events_close(struct events *events);

/* Add a sink, borrowed until the stream is closed. Sinks are called in the
   order of their addition. Before the run only. */
void events_add(struct events *events, struct event_sink *sink);

/* Whether anybody wants events of this kind: else do not bother. */
bool events_wants(const struct events *events, enum event_kind kind);

/* Microseconds since events_init(). */
int64_t events_now_us(const struct events *events);

/* Such a time on CLOCK_MONOTONIC; in some years where that does not hold it. */
struct timespec events_clock(const struct events *events, int64_t at_us);

/* Stamp `event` (at_us) and hand it to the sinks that want it. */
void events_emit(struct events *events, struct event *event);

/* Call `fn` as if it were a sink, between two events: under the stream's lock,
   with the time now. What holds for sinks holds for it. */
void events_look(struct events *events, void (*fn)(void *arg, int64_t at_us),
                 void *arg);

/* "scheduled", "started", "first_byte" ... */
const char *event_kind_name(enum event_kind kind);

#pragma once

/*
 * internal: what the files of the runtime share. Nothing outside src/await
 * includes it.
 *
 * Everything that runs is an entry in the loop's ready queue. Entries live
 * inside their owners (a task, a handle, a callback's record, a node on a
 * suspended stack), so queueing needs no memory and cannot fail.
 */

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "await/await.h"
#include "await/io/read_memory.h"
#include "await/list.h"
#include "await/switch/coroutine.h"
#include "await/switch/stack.h"
#include "await/timers.h"
#include "await/waker.h"

struct entry;
struct entry_class {
    void (*run)(aw_loop *loop, struct entry *entry);
    /* The loop closes instead: release what the entry owns. */
    void (*discard)(struct entry *entry);
};

struct entry {
    struct link link;
    const struct entry_class *class;
};

/* A done callback: in its future's list, then in the ready queue. */
struct callback {
    struct entry entry;
    aw_done_fn fn;
    void *data;
    struct future *future; /* holds a reference while queued */
    enum { CALLBACK_INLINE, CALLBACK_HEAP, CALLBACK_WATCH } storage;
};

struct future {
    aw_future base;
    unsigned refs;
    aw_state state;
    int code; /* if AW_ERROR */
    bool read;
    bool is_task;
    bool sealed;   /* decided from inside only */
    bool immortal; /* and its error counts as read */
    aw_value value;
    aw_loop *loop;
    const void *mark; /* members.c and task.c, during one call */
    struct link callbacks;
    struct callback first; /* nearly all futures have one waiter */
};

/* Where a request to cancel is on its way through a task or a gather. */
struct passage {
    struct future *from; /* on whose behalf; NULL: the program's */
    size_t asked;        /* how far those have been asked whom it waits for */
    bool passing;
    bool heard;                                    /* one of those said yes */
    enum { SAID_NOTHING, SAID_YES, SAID_NO } said; /* its class, for itself */
};

/* A task that is being asked by its class's own `cancel`. */
struct offer {
    struct future *task;
    struct offer *outer;
    bool accepted; /* ours was called */
};

/* What a suspended task waits for; on its stack. */
struct wait {
    aw_future *future; /* that it awaits, if it is one */
    /* As aw_future_cancel: true if that wakes the task. NULL: cannot. */
    bool (*cancel)(struct wait *wait);
    /* The task is destroyed: nothing may point to its stack any more. */
    void (*abandon)(struct wait *wait);
    const char *what; /* for aw_dump() */
};

/* A scope of a task, cleaned up if the task is destroyed inside it. */
struct scope {
    struct link link;
    enum scope_kind {
        SCOPE_ARGUMENT, /* of a coroutine that is called */
        SCOPE_GROUP,
        SCOPE_TIMEOUT,
        SCOPE_SHIELDED,
    } kind;
    bool unmet; /* it asks its task to end, and no await has told that yet */
};

struct task {
    struct future future;
    struct entry step;    /* the first, and after giving way */
    struct link all;      /* the loop's tasks, in order of creation */
    struct link scopes;   /* the innermost last */
    struct scope *asking; /* the scope of its own that cancels it */
    struct coroutine coroutine;
    aw_coro coro;
    struct wait *waits_for;
    struct passage passage;
    unsigned requests;
    unsigned held;    /* of them: kept by shielded scopes */
    unsigned owed;    /* scopes whose request the next await tells of */
    bool must_cancel; /* the same, of a request that is no scope's */
    bool started;
    bool abandoned; /* its loop closed while it was pending */
    bool doomed;    /* aw_run waits for it and holds a reference */
    char *name;     /* NULL: made up */
    unsigned long number;
    char made_up[24];
    int code; /* of the function */
    aw_value ret;
    max_align_t extra[];
};

struct aw_loop {
    uv_loop_t uv;
    struct waker waker;
    uv_async_t uv_wake;
    unsigned refs;
    bool closed;
    atomic_bool running; /* other threads look at it, to refuse */
    bool stopping;
    bool forked; /* we are in the child, and aw_loop_fork() was not called */
    pid_t pid;
    bool in_uv; /* within uv_run(): an append must end its waiting */
    bool debug;
    bool stepped; /* a task's step ran in the present entry */
    bool virtual_clock;
    int64_t virtual_ns;
    int64_t slow_ns;
    struct link ready;
    struct link batch; /* of the present turn */
    struct timers timers;
    struct coroutine_home home;
    struct stacks stacks;
    void *signal_stack;
    struct task *current;
    struct offer *offer; /* cancel.c */
    struct link graves;  /* entries; future.c */
    bool burying;
    struct link tasks;
    size_t doomed;
    unsigned long task_number;
    aw_task_factory factory;
    void *factory_data;
    void (*report)(const aw_report *r, void *data);
    void *report_data;
    struct future no_memory; /* immortal */
    struct future refused;   /* immortal: AW_ESTATE */
    pthread_mutex_t remote_lock;
    struct link remote; /* entries from other threads; under the lock */
    bool remote_closed; /* under the lock */
    atomic_bool remote_pending;
    struct link signals;
    struct link listeners;
    struct link connections;        /* of aw_connect() */
    struct link processes;          /* of aw_spawn() */
    struct link quiet;              /* streams that libuv may not know */
    bool has_streams;               /* or had */
    struct link remotes;            /* coroutines that other threads gave */
    struct read_memory read_memory; /* of the streams */
    unsigned polled;                /* our own handles that libuv watches */
    unsigned io_awaited;            /* operations on them that tasks await */
    unsigned jobs;
    bool draining; /* the last job stops the loop */
    unsigned turns_unpolled;
};

/* loop.c */
void aw__loop_append(aw_loop *loop, struct entry *entry);
int aw__loop_run(aw_loop *loop);
aw_loop *aw__loop_or_current(aw_loop *loop); /* NULL: aw__no_loop() */
void aw__loop_ref(aw_loop *loop);
int64_t aw__loop_now_ns(const aw_loop *loop);
/* current.c */
void aw__loop_set_running(aw_loop *loop); /* of this thread */
int aw__no_loop(void);            /* why aw_get_event_loop() gave NULL */
void aw__set_in_job(bool in_job); /* this thread runs a job */
bool aw__in_job(void);
/* Have a child process know that it is one. 0, or a code. */
int aw__fork_watch(void);
/* The loop whose callback or task called fork(), in the child; or NULL. */
aw_loop *aw__forked_loop(void);

/* Seconds to nanoseconds, rounded up; saturates. False: NaN. */
bool aw__ns_from_seconds(double seconds, int64_t *ns);
/* So long from now; saturates. */
int64_t aw__deadline_after(const aw_loop *loop, int64_t ns);

/* A timer whose due entry goes to the ready queue. */
struct alarm {
    struct timer timer;
    struct entry entry;
};
void aw__alarm_set(aw_loop *loop, struct alarm *alarm, int64_t deadline_ns);
void aw__alarm_clear(aw_loop *loop, struct alarm *alarm);

/* overflow.c: name the task whose stack overflows. */
void aw__overflow_watch(aw_loop *loop);
void aw__overflow_unwatch(aw_loop *loop);

/* handle.c */
int aw__handle_call_at(aw_loop *loop, int64_t deadline_ns, aw_callback fn,
                       void *data, aw_handle **handle);
/* From any thread: to the queue's end. AW_ECLOSED: the entry is not taken. */
int aw__loop_send(aw_loop *loop, struct entry *entry);
void aw__handles_take_remote(aw_loop *loop);
void aw__handles_discard_timers(aw_loop *loop);

/* signal.c */
/* As aw_add_signal_handler, on a loop without one for the signal. A loop with
   work may look for it some turns later, and saves a system call a turn. */
int aw__signal_watch_idly(aw_loop *loop, int signum, aw_callback fn,
                          void *data);
void aw__signals_close(aw_loop *loop);

/* future.c */
extern const aw_future_ops aw__future_ops;
extern const char aw__own_marker; /* aw_future_ops.base of our tables */
/* As calloc(), for what is small and made often: glibc's calloc() leaves aside
   what the thread has just freed, and costs several times as much. */
void *aw__memory(size_t size);
void aw__future_init(struct future *f, aw_loop *loop, const aw_future_ops *ops);
void aw__future_init_immortal(struct future *f, aw_loop *loop, int code);
/* Decide a sealed future too. False: it was decided. The value is taken. */
bool aw__future_decide(struct future *f, aw_state state, int code, aw_value v);
aw_future *aw__future_failed(aw_loop *loop, int code); /* never NULL */
void aw__future_release(struct future *f); /* frees what f owns, not f */
struct future *aw__future_own(const aw_future *f); /* NULL: foreign */
void aw__value_drop(aw_value v);
void aw__coro_drop(aw_coro coro);
void aw__awaitable_drop(aw_awaitable a);

/*
 * Discard what holds references to futures, at once or, within another such
 * discarding, after it: what is nested deeply is let go of without depth. The
 * drop of a program's value is no part of that.
 */
void aw__bury(aw_loop *loop, struct entry *grave);

/* cancel.c: `cancel` of tasks and gathers. */
bool aw__future_pass_op(aw_future *f);
/* A scope of the task cancels it. */
void aw__task_cancel_for(struct task *t, struct scope *scope);

/*
 * request.c: requests to cancel a task, from their coming until an await tells
 * of them or the shielded scope that kept them is left. A scope's own request
 * ends with that scope, told or not.
 */
/* What aw_shielded's words hold. */
struct shielded {
    struct scope scope;
    struct task *task;
    unsigned held; /* requests that came from outside of it, while they count */
    bool kept;     /* of them, one that is no scope's is to be told */
};
/* The scope that keeps the present request from the task; NULL: it is to be
   told. */
struct shielded *aw__request_keeper(const struct task *t);
void aw__request_count(struct task *t);
/* False: nothing keeps it. */
bool aw__request_keep(struct task *t);
/* For the next await to tell of. */
void aw__request_note(struct task *t);
/* The await that is told of. */
void aw__request_meet(struct task *t);
/* How many the task may hear of where it is: without those that are kept. */
unsigned aw__requests_heard(const struct task *t);
/* A scope's own, at its end. Gives how many are heard then. */
unsigned aw__request_take_back(struct task *t);

/* scope.c: the innermost is entered; any is left. */
void aw__scope_enter(struct task *t, struct scope *scope, enum scope_kind kind);
void aw__scope_leave(struct task *t, struct scope *scope);
/* The task is destroyed, and its scopes let go of what they own. */
void aw__scopes_abandon(struct task *t);
void aw__argument_abandon(struct scope *scope);
void aw__group_abandon(struct scope *scope);
void aw__timeout_abandon(struct scope *scope);

/* gather.c, for cancel.c */
struct passage *aw__gather_passage(struct future *f); /* NULL: no gather */
/* The next member that has not ended, from *i on, which is advanced. */
aw_future *aw__gather_unfinished(struct future *f, size_t *i);
void aw__gather_cancelled(struct future *f, bool heard);

/* callback.c */
/* Add a record to a future; to the queue, if that is decided. */
void aw__future_queue(struct future *f, struct callback *c);
void aw__future_queue_callbacks(struct future *f); /* it has been decided */
void aw__callback_release(struct callback *c);     /* forget it, free it */

void aw__future_ref_op(aw_future *f);
void aw__future_unref_op(aw_future *f);
aw_loop *aw__future_loop_op(const aw_future *f);
aw_state aw__future_state_op(const aw_future *f);
int aw__future_result_op(aw_future *f, aw_value *borrowed);
int aw__future_take_op(aw_future *f, aw_value *owned);
bool aw__future_cancel_op(aw_future *f);
int aw__future_add_done_op(aw_future *f, aw_done_fn fn, void *data);
size_t aw__future_remove_done_op(aw_future *f, aw_done_fn fn, void *data);

/*
 * watch.c: a done callback of the library's own. The watch is the caller's
 * memory; after aw__watch_stop() it is never touched again, whatever is queued.
 */
struct watch {
    struct callback callback; /* where the future keeps our kind of queue */
    aw_future *future;        /* borrowed; NULL: not watching */
    struct proxy *proxy;      /* where it does not */
};
int aw__watch_start(struct watch *w, aw_future *f, aw_done_fn fn, void *data);
void aw__watch_stop(struct watch *w);

/* task.c, task_new.c */
struct task *aw__task_current(void);
struct task *aw__task_own(const aw_future *f); /* NULL: no task of ours */
int aw__task_suspend(struct task *t, struct wait *wait); /* 0 or AW_ECANCELED */
/* The same, but no await: a request stays for the next one. */
void aw__task_leave(struct task *t, struct wait *wait);
void aw__task_step(struct task *t);
void aw__task_release_stack(struct task *t); /* not from that stack */
extern const struct entry_class aw__task_step_class;
void aw__tasks_destroy(aw_loop *loop);

/* park.c: suspend until somebody decides; a future without a future. */
struct park {
    struct wait wait;
    struct task *task;
    struct entry entry;
    struct link link; /* the user's: a queue of those who wait */
    struct alarm *limit;
    enum { PARK_PENDING, PARK_DECIDED, PARK_CANCELLED } state;
};
void aw__park_init(struct park *park, struct task *task);
/* 0, or AW_ECANCELED; the link is out of every list afterwards. */
int aw__park_wait(struct park *park);
/* Until `deadline_ns`; AW_ETIMEDOUT. */
int aw__park_wait_until(struct park *park, int64_t deadline_ns);
void aw__park_decide(struct park *park);  /* harmless if it was */
void aw__park_abandon(struct wait *wait); /* for abandons that do more */

/*
 * members.c: what gather, wait and as_completed share.
 */
aw_loop *aw__members_loop(const aw_awaitable *xs,
                          size_t n); /* NULL: no memory */
/* 0, or why nothing can be made of them. */
int aw__members_refusal(const aw_awaitable *xs, size_t n, const aw_loop *loop);
void aw__members_drop(const aw_awaitable *xs, size_t n);
/* Is the i-th future among those before it? The futures lie `stride` bytes
   apart; to be asked for i = 0, 1, ... with the same mark, then cleared. */
bool aw__members_repeat(const void *first, size_t stride, size_t i,
                        const void *mark);
void aw__members_unmark(const void *first, size_t stride, size_t n);

/* report.c */
void aw__report(aw_loop *loop, const aw_report *r);

/* remote.c */
void aw__remotes_close(aw_loop *loop);

/* standard.c */
/* Have 0, 1 and 2 be open; 0, or a code. */
int aw__standard_occupy(void);
/* Not what a program that is executed would have. */
bool aw__standard_is_private(int fd);

/* listener.c, connect.c, process.c */
void aw__listeners_close(aw_loop *loop);
void aw__connections_close(aw_loop *loop);
void aw__processes_close(aw_loop *loop);

static inline bool aw__request_is_due(const struct task *t)
{
    return t->must_cancel || t->owed > 0;
}

#define future_of(f) ((struct future *)(void *)(f))
#define task_of(f) ((struct task *)(void *)(f))

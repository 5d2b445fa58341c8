#pragma once

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

/*
 * base: the words that the whole library shares: codes, values, coroutines,
 * awaitables.
 */

#define AW_CHECK __attribute__((warn_unused_result))

/* Around declarations: what stands in between is what the library exports, and
   has C's linkage in C++, too. */
#ifdef __cplusplus
#define AW_BEGIN_DECLS \
    extern "C" {       \
    _Pragma("GCC visibility push(default)")
#define AW_END_DECLS              \
    _Pragma("GCC visibility pop") \
    }
#else
#define AW_BEGIN_DECLS _Pragma("GCC visibility push(default)")
#define AW_END_DECLS _Pragma("GCC visibility pop")
#endif

AW_BEGIN_DECLS

typedef struct aw_loop aw_loop;
typedef struct aw_handle aw_handle;
typedef struct aw_future aw_future; /* future, task, or a factory's product */

/*
 * Codes: negative. The system's and libuv's, the runtime's, the application's.
 * AW_ECANCELED is given by a cancellation only.
 */
enum {
    AW_ECANCELED = -ECANCELED,
    AW_ETIMEDOUT = -ETIMEDOUT,
    AW_EINTR = -EINTR,
    AW_EINVAL = -EINVAL,
    AW_ENOMEM = -ENOMEM,
    AW_ESTATE = -5001,     /* decided already, or not yet */
    AW_ERUNNING = -5002,   /* a loop runs in this thread */
    AW_ECLOSED = -5003,    /* the loop, or the stream, is closed */
    AW_ESTOPPED = -5004,   /* the loop was stopped before the future was done */
    AW_EOTHERLOOP = -5005, /* the future belongs to another loop */
    AW_ENOTASK = -5006,    /* needs a current task */
    AW_ESELF = -5007,      /* a task cannot await itself */
    AW_EEMPTY = -5008,
    AW_EFULL = -5009,
    AW_EEND = -5010,    /* nothing more to come */
    AW_ENOLOOP = -5011, /* a job on a thread has no loop */
    AW_EFORKED = -5012, /* the loop is the parent process's: aw_loop_fork() */
    AW_EUSER = -10000   /* an application's codes: this and below */
};

/*
 * Let go of a code, where there is nothing to do about it: gcc warns of a cast
 * to void.
 *
 * Owner: nothing changes hands. Thread: any. Codes: none.
 * Cancellation: none; but the code of an await may be AW_ECANCELED, and the
 * request is lost with it.
 */
static inline void aw_ignore(ssize_t code)
{
    (void)code;
}

/*
 * The text of a code: the runtime's, libuv's or the system's.
 *
 * Owner: the library; static. Thread: any. Codes: none; a number that is no
 * code has a text, too. Cancellation: none.
 */
const char *aw_strerror(int code);

/* A value has one owner, who drops it. drop NULL: nothing to drop, or not
   ours. */
typedef struct aw_value {
    void *ptr;
    void (*drop)(void *ptr);
} aw_value;

/*
 * A coroutine's function: 0 and *ret, or a negative code. `ret` is never NULL
 * and *ret is zero on entry; what is put there with a negative code is
 * dropped; positive codes count as 0.
 */
typedef int (*aw_fn)(void *arg, aw_value *ret);

/*
 * A coroutine: told, not started. Whoever takes one takes over `arg`: `drop`
 * is called exactly once, on the loop's thread, after the function ended or
 * instead of it, refusals included. Between a task's function and its `drop`
 * nothing else of the loop runs.
 */
typedef struct aw_coro {
    aw_fn fn;
    void *arg;
    void (*drop)(void *arg);
    const char *name; /* for factories, reports and debuggers; outlives it */
} aw_coro;
#ifdef __cplusplus
#define aw_call(fn, arg) (aw_coro{(fn), (arg), NULL, #fn})
#define aw_call_own(fn, arg, drop) (aw_coro{(fn), (arg), (drop), #fn})
#else
#define aw_call(fn, arg) ((aw_coro){(fn), (arg), NULL, #fn})
#define aw_call_own(fn, arg, drop) ((aw_coro){(fn), (arg), (drop), #fn})
#endif

/* Coroutine or future: what everything that awaits takes. A given future is
   passed on with the caller's reference, consumed in every case. */
typedef enum { AW_IS_CORO, AW_IS_FUTURE, AW_IS_GIVEN } aw_kind;
typedef struct aw_awaitable {
    aw_kind kind;
    union {
        aw_coro coro;
        aw_future *future;
    } of;
} aw_awaitable;

/*
 * Each of the three as an awaitable; aw_any() takes whichever it is.
 *
 * Owner: the awaitable owns what the coroutine owned (`arg`, where it has a
 * `drop`), or with aw_give() the caller's reference; aw_of_future() borrows. It
 * must be handed to something that takes awaitables, once. Thread: any.
 * Codes: none. Cancellation: none.
 */
static inline aw_awaitable aw_of_coro(aw_coro c)
{
    aw_awaitable a;

    a.kind = AW_IS_CORO;
    a.of.coro = c;
    return a;
}

static inline aw_awaitable aw_of_future(aw_future *f)
{
    aw_awaitable a;

    a.kind = AW_IS_FUTURE;
    a.of.future = f;
    return a;
}

static inline aw_awaitable aw_give(aw_future *f)
{
    aw_awaitable a;

    a.kind = AW_IS_GIVEN;
    a.of.future = f;
    return a;
}

static inline aw_awaitable aw_of_any(aw_awaitable a)
{
    return a;
}

AW_END_DECLS

#ifdef __cplusplus
static inline aw_awaitable aw_any(aw_coro c)
{
    return aw_of_coro(c);
}

static inline aw_awaitable aw_any(aw_future *f)
{
    return aw_of_future(f);
}

static inline aw_awaitable aw_any(aw_awaitable a)
{
    return a;
}
#else
#define aw_any(x)                         \
    _Generic((x), aw_coro                 \
             : aw_of_coro, aw_future *    \
             : aw_of_future, aw_awaitable \
             : aw_of_any)(x)
#endif

/* As a limit: none. A limit <= 0 is one that has passed. */
#define AW_FOREVER INFINITY

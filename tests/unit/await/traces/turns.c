#include "turns.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int turn;
static bool ticking;

static void tick(void *unused)
{
    turn++;
    if (ticking)
        aw_call_soon(NULL, tick, unused, NULL);
}

void start(void)
{
    turn = 0;
    ticking = true;
    aw_call_soon(NULL, tick, NULL, NULL);
}

void start_later(void *unused)
{
    (void)unused;
    start();
}

void stop(void)
{
    ticking = false;
}

void ev_turn(const char *format, ...)
{
    char line[200];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    ev("%d: %s", turn, line);
}

void ev_turn_line(void *line)
{
    ev_turn("%s", (const char *)line);
}

void tell_done(aw_future *f, void *line)
{
    (void)f;
    ev_turn_line(line);
}

void scenario(const char *name, aw_fn entry)
{
    aw_loop *loop = virtual_loop();

    turn = 0;
    ticking = false;
    ev("-- %s", name);
    int rc = aw_run_until_complete(loop, aw_call(entry, NULL), NULL);
    cr_assert(rc == 0, "%s: %s", name, aw_strerror(rc));
    cr_assert(aw_loop_close(loop) == 0);
    aw_loop_unref(loop);
}

struct role {
    const char *name;
    int n, number;
    aw_awaitable awaited;
    double limit;
};

static aw_coro role_new(aw_fn fn, struct role init)
{
    struct role *r = malloc(sizeof(*r));

    cr_assert(r);
    *r = init;
    return aw_call_own(fn, r, free);
}

static int run_steps(void *arg, aw_value *ret)
{
    struct role *r = arg;

    for (int i = 0; i < r->n; i++) {
        int rc = aw_sleep(0);

        if (rc < 0) {
            ev_turn("%s told", r->name);
            return rc;
        }
    }
    ev_turn("%s ends", r->name);
    *ret = text_value(r->name);
    return r->number ? APP(r->number) : 0;
}

aw_coro steps(const char *name, int n, int number)
{
    return role_new(run_steps,
                    (struct role){.name = name, .n = n, .number = number});
}

static int run_cleaning(void *arg, aw_value *ret)
{
    struct role *r = arg;

    (void)ret;
    int rc = aw_await(aw_give(aw_future_new(NULL)), NULL);
    ev_turn("%s told", r->name);
    turns(r->n);
    ev_turn("%s over", r->name);
    return rc;
}

aw_coro cleaning(const char *name, int n)
{
    return role_new(run_cleaning, (struct role){.name = name, .n = n});
}

static int run_awaiting(void *arg, aw_value *ret)
{
    struct role *r = arg;

    (void)ret;
    const char *end = outcome(r->awaited);
    ev_turn("%s %s", r->name, end);
    return 0;
}

aw_coro awaiting(const char *name, aw_awaitable a)
{
    return role_new(run_awaiting, (struct role){.name = name, .awaited = a});
}

static int run_waiting(void *arg, aw_value *ret)
{
    struct role *r = arg;
    aw_future *f = r->awaited.of.future;
    size_t done = 0;
    int rc = aw_wait(&f, 1, r->limit, AW_ALL_COMPLETED, &done);

    (void)ret;
    if (rc < 0)
        ev_turn("%s %s", r->name, token(rc));
    else
        ev_turn("%s %zu", r->name, done);
    return rc;
}

aw_coro waiting(const char *name, aw_future *f, double limit)
{
    return role_new(
        run_waiting,
        (struct role){.name = name, .awaited = aw_any(f), .limit = limit});
}

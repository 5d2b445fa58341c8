#include "await/dump.h"

#include <stdlib.h>
#if defined(__GLIBC__)
#include <execinfo.h>
#endif

#include "await/internal.h"

/*
 * dump: a task that is suspended is visited: the unwinder runs on its stack,
 * from the place where it left, and finds what the debugger would.
 */

enum { FRAMES = 48 };

struct calls {
    void *frames[FRAMES];
    int n;
};

#if defined(__GLIBC__)
static void look(void *calls)
{
    struct calls *c = calls;

    c->n = backtrace(c->frames, FRAMES);
}

static void print_calls(const struct calls *c, FILE *out)
{
    char **names = backtrace_symbols(c->frames, c->n);

    for (int i = 0; i < c->n; i++)
        if (names)
            fprintf(out, "    %s\n", names[i]);
        else
            fprintf(out, "    [%p]\n", c->frames[i]);
    free(names);
}
#else
static void look(void *calls)
{
    (void)calls;
}

static void print_calls(const struct calls *c, FILE *out)
{
    (void)c, (void)out;
}
#endif

static void print_awaited(const aw_future *f, FILE *out)
{
    const char *name = f->ops->name ? f->ops->name(f) : NULL;

    fprintf(out, "awaits a %s", f->ops->kind);
    if (name)
        fprintf(out, " '%s'", name);
}

static void print_state(const struct task *t, FILE *out)
{
    const aw_loop *loop = t->future.loop;

    if (loop->current == t)
        fputs("runs", out);
    else if (!t->waits_for)
        fputs(!t->started          ? "has not begun"
              : t->coroutine.stack ? "begins another task"
                                   : "ends",
              out);
    else if (t->waits_for->future)
        print_awaited(t->waits_for->future, out);
    else
        fprintf(out, "awaits %s",
                t->waits_for->what ? t->waits_for->what : "something");
    if (aw__request_is_due(t) || t->requests > 0)
        fputs(", asked to end", out);
}

static void print_task(struct task *t, FILE *out)
{
    aw_loop *loop = t->future.loop;
    struct calls calls = {.n = 0};

    fprintf(out, "%s (%s) ", aw_task_name(&t->future.base),
            t->coro.name ? t->coro.name : "?");
    print_state(t, out);
    fputc('\n', out);
    if (loop->current == t)
        look(&calls);
    else if (t->waits_for)
        aw__coroutine_visit(&t->coroutine, &loop->stacks, look, &calls);
    print_calls(&calls, out);
}

int aw_dump(aw_loop *loop, FILE *out)
{
    loop = aw__loop_or_current(loop);
    if (!loop)
        return aw__no_loop();
    if (loop->closed)
        return AW_ECLOSED;
    for (struct link *l = loop->tasks.next; l != &loop->tasks; l = l->next) {
        struct task *t = container_of(l, struct task, all);

        if (t->future.state == AW_PENDING)
            print_task(t, out);
    }
    return fflush(out) == EOF || ferror(out) ? -EIO : 0;
}

static void dump_running(void *out)
{
    /* Nobody is there to be told that it could not be written. */
    (void)aw_dump(aw_get_running_loop(), out);
}

int aw_dump_on_signal(aw_loop *loop, int signum, FILE *out)
{
    return aw_add_signal_handler(loop, signum, dump_running, out);
}

#include <stdlib.h>
#include <string.h>

#include "await/internal.h"

/*
 * group: tasks that end before their scope does. What the struct on the stack
 * points to lives from entering to leaving.
 */

struct members {
    struct scope scope; /* of the parent */
    struct task *parent;
    struct link link; /* the unfinished */
    size_t unfinished;
    struct park *leaver;
    /* Room for one a member and one of the body: noting one cannot fail. */
    int *errors;
    size_t n_errors;
    size_t room;
    int few_errors[4];
    bool aborting;
    bool parent_cancelled; /* by us */
};

struct member {
    struct link link;
    struct watch watch;
    aw_future *task; /* a reference */
    struct members *group;
};

static struct members *members_of(const aw_group *g)
{
    return g->priv[0];
}

static void free_member(struct member *m)
{
    link_remove(&m->link);
    aw__watch_stop(&m->watch);
    aw_unref(m->task);
    free(m);
}

static void free_members(struct members *g)
{
    struct link *link;

    while ((link = g->link.next) != &g->link)
        free_member(container_of(link, struct member, link));
    if (g->errors != g->few_errors)
        free(g->errors);
    free(g);
}

void aw__group_abandon(struct scope *scope)
{
    free_members(container_of(scope, struct members, scope));
}

int aw_group_enter(aw_group *group)
{
    struct task *t = aw__task_current();
    struct members *g;

    *group = (aw_group){0};
    if (!t)
        return AW_ENOTASK;
    g = calloc(1, sizeof(*g));
    if (!g)
        return AW_ENOMEM;
    g->parent = t;
    g->errors = g->few_errors;
    g->room = sizeof(g->few_errors) / sizeof(g->few_errors[0]);
    list_init(&g->link);
    aw__scope_enter(t, &g->scope, SCOPE_GROUP);
    group->priv[0] = g;
    return 0;
}

/* Cancelling a foreign object may run anything; what the list holds is kept
   alive by it, and new members are refused from here on. */
static void abort_members(struct members *g)
{
    g->aborting = true;
    for (struct link *l = g->link.next; l != &g->link; l = l->next)
        (void)aw_future_cancel(container_of(l, struct member, link)->task);
}

static void note_error(struct members *g, int code)
{
    g->errors[g->n_errors++] = code;
    if (g->aborting || g->parent_cancelled)
        return;
    abort_members(g);
    g->parent_cancelled = true;
    aw__task_cancel_for(g->parent, &g->scope);
}

static void on_member_done(aw_future *f, void *data)
{
    struct member *m = data;
    struct members *g = m->group;
    int code = 0;

    if (aw_future_state(f) == AW_ERROR)
        code = aw_future_result(f, NULL);
    g->unfinished--;
    if (g->unfinished == 0 && g->leaver)
        aw__park_decide(g->leaver);
    free_member(m);
    if (code < 0)
        note_error(g, code);
}

/* For those who may still fail, one more, and the body. */
static bool make_room(struct members *g)
{
    bool few = g->errors == g->few_errors;
    size_t wanted = g->n_errors + g->unfinished + 2;
    int *errors;

    if (wanted <= g->room)
        return true;
    wanted += wanted / 2;
    errors = reallocarray(few ? NULL : g->errors, wanted, sizeof(*errors));
    if (!errors)
        return false;
    if (few)
        memcpy(errors, g->few_errors, sizeof(g->few_errors));
    g->errors = errors;
    g->room = wanted;
    return true;
}

static aw_future *refuse(aw_loop *loop, aw_coro coro, int code)
{
    aw__coro_drop(coro);
    if (!loop)
        return aw__future_failed(NULL, AW_ENOMEM);
    return code == AW_ENOMEM ? &loop->no_memory.base : &loop->refused.base;
}

/* The last member has ended while it is being left: it is over, although its
   parent has not gone on yet. */
static bool is_over(const struct members *g)
{
    return g->leaver && g->unfinished == 0;
}

aw_future *aw_group_create_task(aw_group *group, aw_coro coro)
{
    struct members *g = members_of(group);
    struct member *m;
    aw_loop *loop;

    if (!g || g->aborting || is_over(g))
        return refuse(aw_get_event_loop(), coro, AW_ESTATE);
    loop = g->parent->future.loop;
    m = make_room(g) ? aw__memory(sizeof(*m)) : NULL;
    if (!m)
        return refuse(loop, coro, AW_ENOMEM);
    m->group = g;
    g->unfinished++; /* a factory may run it, and that add members */
    m->task = aw_create_task(loop, coro);
    if (aw__watch_start(&m->watch, m->task, on_member_done, m) < 0) {
        (void)aw_future_cancel(m->task);
        g->unfinished--;
        free_member(m);
        return &loop->no_memory.base;
    }
    list_append(&g->link, &m->link);
    return m->task;
}

/* Until the last member has ended. Cancelled meanwhile: that aborts. */
static int wait_for_members(struct members *g)
{
    int rc = 0;

    while (g->unfinished > 0) {
        struct park park;
        int cancelled;

        aw__park_init(&park, g->parent);
        park.wait.what = "the members of its group";
        g->leaver = &park;
        cancelled = aw__park_wait(&park);
        g->leaver = NULL;
        if (cancelled < 0 && !g->aborting) {
            rc = AW_ECANCELED;
            abort_members(g);
        }
    }
    return rc;
}

static int hand_out(const struct members *g, int *errors, size_t *n)
{
    size_t room = n ? *n : 0;

    for (size_t i = 0; errors && i < room && i < g->n_errors; i++)
        errors[i] = g->errors[i];
    if (n)
        *n = g->n_errors;
    return g->errors[0];
}

/*
 * Which code goes outwards (A60, A61): errors before a cancellation. The
 * request that we made to the parent is taken back here, after the last
 * member, so that the count is right also where the group aborted while it was
 * being left (CPython 3.13).
 */
static int settle(struct members *g, int rc, int waited, int *errors, size_t *n)
{
    if (g->parent_cancelled)
        (void)aw__request_take_back(g->parent);
    if (rc < 0 && rc != AW_ECANCELED)
        g->errors[g->n_errors++] = rc;
    if (g->n_errors > 0)
        return hand_out(g, errors, n);
    if (n)
        *n = 0;
    return rc == AW_ECANCELED ? rc : waited;
}

int aw_group_leave(aw_group *group, int rc, int *errors, size_t *n)
{
    struct members *g = members_of(group);
    int waited;

    if (!g)
        return AW_ESTATE;
    if (g->parent != aw__task_current())
        return AW_ENOTASK;
    if (rc < 0 && !g->aborting)
        abort_members(g);
    waited = wait_for_members(g);
    rc = settle(g, rc, waited, errors, n);
    aw__scope_leave(g->parent, &g->scope);
    free_members(g);
    group->priv[0] = NULL;
    return rc;
}

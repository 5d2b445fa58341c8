#include "await/internal.h"

/*
 * request: what is known of requests to cancel a task.
 *
 * The program's are told once, by the next await (must_cancel). A scope's are
 * told likewise, but are taken back where the scope is left: so each scope
 * notes its own (unmet), and the task how many there are (owed). Where a
 * shielded scope lies between who asks and the task's present place, that
 * keeps the request, and what is inside of it neither is told nor counts it.
 */

static struct scope *scope_at(struct link *l)
{
    return container_of(l, struct scope, link);
}

static struct shielded *shielded_at(struct link *l)
{
    return container_of(scope_at(l), struct shielded, scope);
}

/* The outermost that it has to pass: there it is met. */
struct shielded *aw__request_keeper(const struct task *t)
{
    const struct link *from = t->asking ? &t->asking->link : &t->scopes;

    for (struct link *l = from->next; l != &t->scopes; l = l->next)
        if (scope_at(l)->kind == SCOPE_SHIELDED)
            return shielded_at(l);
    return NULL;
}

void aw__request_count(struct task *t)
{
    struct shielded *by = aw__request_keeper(t);

    t->requests++;
    if (!by)
        return;
    by->held++;
    t->held++;
}

bool aw__request_keep(struct task *t)
{
    struct shielded *by = aw__request_keeper(t);

    if (!by)
        return false;
    if (t->asking)
        t->asking->unmet = true;
    else
        by->kept = true;
    return true;
}

void aw__request_note(struct task *t)
{
    if (!t->asking) {
        t->must_cancel = true;
    } else if (!t->asking->unmet) {
        t->asking->unmet = true;
        t->owed++;
    }
}

void aw__request_meet(struct task *t)
{
    t->must_cancel = false;
    if (t->owed == 0)
        return;
    t->owed = 0;
    for (struct link *l = t->scopes.prev; l != &t->scopes; l = l->prev) {
        if (scope_at(l)->kind == SCOPE_SHIELDED)
            return;
        scope_at(l)->unmet = false;
    }
}

unsigned aw__requests_heard(const struct task *t)
{
    return t->requests - t->held;
}

unsigned aw__request_take_back(struct task *t)
{
    if (aw__requests_heard(t) > 0)
        t->requests--;
    return aw__requests_heard(t);
}

unsigned aw_task_cancelling(const aw_future *f)
{
    struct task *t = aw__task_own(f);

    return t ? t->requests : 0;
}

/* One that is heard, if there is one; else one that the innermost keeps. */
unsigned aw_task_uncancel(aw_future *f)
{
    struct task *t = aw__task_own(f);
    struct link *l;

    if (!t || t->requests == 0)
        return 0;
    t->requests--;
    if (t->held <= t->requests)
        return t->requests;
    l = t->scopes.prev;
    while (scope_at(l)->kind != SCOPE_SHIELDED || shielded_at(l)->held == 0)
        l = l->prev;
    shielded_at(l)->held--;
    t->held--;
    return t->requests;
}

#include "await/internal.h"

/*
 * shielded: a scope that keeps requests to cancel its task. It keeps what
 * comes from outside of it: the program's requests, and those of scopes that
 * were entered before it.
 */

_Static_assert(sizeof(struct shielded) <= sizeof(aw_shielded),
               "a shielded scope fits its public words");

static struct shielded *shielded_of(aw_shielded *s)
{
    return (struct shielded *)(void *)s;
}

int aw_shielded_enter(aw_shielded *shielded)
{
    struct shielded *s = shielded_of(shielded);
    struct task *t = aw__task_current();

    *shielded = (aw_shielded){0};
    if (!t)
        return AW_ENOTASK;
    s->task = t;
    s->kept = t->must_cancel;
    t->must_cancel = false;
    t->owed = 0; /* those are behind it now */
    aw__scope_enter(t, &s->scope, SCOPE_SHIELDED);
    return 0;
}

/* The scopes that asked, and whose request s keeps: those around it, up to the
   next that shields. `told`: it is kept no longer. */
static unsigned kept_for_scopes(const struct shielded *s, bool told)
{
    unsigned n = 0;

    for (struct link *l = s->scope.link.prev; l != &s->task->scopes;
         l = l->prev) {
        struct scope *scope = container_of(l, struct scope, link);

        if (scope->kind == SCOPE_SHIELDED)
            break;
        n += scope->unmet;
        scope->unmet = scope->unmet && !told;
    }
    return n;
}

int aw_shielded_leave(aw_shielded *shielded, int rc)
{
    struct shielded *s = shielded_of(shielded);
    struct task *t = s->task;
    bool told = rc >= 0 || rc == AW_ECANCELED;
    bool kept = s->kept;
    unsigned n;

    if (!t)
        return AW_ESTATE;
    if (t != aw__task_current())
        return AW_ENOTASK;
    n = kept_for_scopes(s, told);
    t->held -= s->held;
    aw__scope_leave(t, &s->scope);
    *shielded = (aw_shielded){0};
    if (told)
        return kept || n > 0 ? AW_ECANCELED : rc;
    t->must_cancel |= kept;
    t->owed += n;
    return rc;
}

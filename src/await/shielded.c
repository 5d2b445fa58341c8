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

/* By this it is known among the scopes. */
static void abandon(struct scope *scope)
{
    (void)scope; /* it owns nothing */
}

/* The outermost that it has to pass: there it is met. */
struct shielded *aw__shielded_from_request(const struct task *t)
{
    const struct link *from = t->asking ? &t->asking->link : &t->scopes;

    for (struct link *l = from->next; l != &t->scopes; l = l->next) {
        struct scope *scope = container_of(l, struct scope, link);

        if (scope->abandon == abandon)
            return container_of(scope, struct shielded, scope);
    }
    return NULL;
}

int aw_shielded_enter(aw_shielded *shielded)
{
    struct shielded *s = shielded_of(shielded);
    struct task *t = aw__task_current();

    *shielded = (aw_shielded){0};
    if (!t)
        return AW_ENOTASK;
    s->scope = (struct scope){.abandon = abandon};
    s->task = t;
    s->kept = t->must_cancel;
    t->must_cancel = false;
    list_append(&t->scopes, &s->scope.link);
    return 0;
}

int aw_shielded_leave(aw_shielded *shielded, int rc)
{
    struct shielded *s = shielded_of(shielded);
    struct task *t = s->task;
    bool kept = s->kept;

    if (!t)
        return AW_ESTATE;
    if (t != aw__task_current())
        return AW_ENOTASK;
    link_remove(&s->scope.link);
    *shielded = (aw_shielded){0};
    if (!kept)
        return rc;
    if (rc >= 0 || rc == AW_ECANCELED)
        return AW_ECANCELED;
    t->must_cancel = true;
    return rc;
}

#include "await/scope.h"

#include "await/internal.h"

/*
 * scope: what the scopes of a task share: their list, the innermost last.
 */

void aw__scope_enter(struct task *t, struct scope *scope, enum scope_kind kind)
{
    scope->kind = kind;
    scope->unmet = false;
    list_append(&t->scopes, &scope->link);
}

/* Its request ends with it. It is owed, unless a shielded scope within, that
   should have been left before, still keeps it. */
void aw__scope_leave(struct task *t, struct scope *scope)
{
    if (scope->unmet) {
        t->asking = scope;
        if (!aw__request_keeper(t))
            t->owed--;
        t->asking = NULL;
        scope->unmet = false;
    }
    link_remove(&scope->link);
}

void aw__scopes_abandon(struct task *t)
{
    static void (*const abandon[])(struct scope * scope) = {
        [SCOPE_ARGUMENT] = aw__argument_abandon,
        [SCOPE_GROUP] = aw__group_abandon,
        [SCOPE_TIMEOUT] = aw__timeout_abandon,
        [SCOPE_SHIELDED] = NULL, /* it owns nothing */
    };
    struct link *link;

    while ((link = list_pop_last(&t->scopes))) { /* the innermost first */
        struct scope *scope = container_of(link, struct scope, link);

        if (abandon[scope->kind])
            abandon[scope->kind](scope);
    }
}

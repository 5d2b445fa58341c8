#include "await/internal.h"

/*
 * cancel: how a request to cancel passes through tasks and gathers.
 *
 * Who awaits a future passes the request on to it (A30), and a gather passes it
 * on to its members. How deep that goes is the program's matter, and may be
 * deeper than the stack this is called on, so the request walks: the futures
 * that it has entered and not left are linked by their passages.
 *
 * Tasks that await each other in a circle, also by way of a gather, have no
 * innermost one; whoever closes the circle is told itself.
 *
 * A task of a class that has a `cancel` of its own is asked by that. Where it
 * calls ours in turn, this is noted for the time after its return (struct
 * offer), and the walk goes on.
 */

/* The task of ours, or the gather, that a request to f passes through. */
static struct future *passed_through(const aw_future *f)
{
    struct future *own = aw__future_own(f);

    if (!own || own->state != AW_PENDING)
        return NULL;
    return own->is_task || aw__gather_passage(own) ? own : NULL;
}

static struct passage *passage_of(struct future *f)
{
    return f->is_task ? &task_of(f)->passage : aw__gather_passage(f);
}

/* Tell t itself: nothing that it awaits will. */
static void interrupt(struct task *t)
{
    if (aw__request_keep(t))
        return;
    aw__request_note(t);
    if (!link_is_linked(&t->step.link))
        aw__loop_append(t->future.loop, &t->step);
}

static void enter(struct future *f, struct future *from)
{
    *passage_of(f) = (struct passage){.from = from, .passing = true};
    if (f->is_task)
        aw__request_count(task_of(f));
    else
        aw_ref(&f->base); /* a foreign member's cancel may run anything */
}

/* Whom to ask next on behalf of f. NULL: nobody more. */
static aw_future *next_to_ask(struct future *f)
{
    struct passage *p = passage_of(f);
    struct task *t = task_of(f);

    if (!f->is_task)
        return aw__gather_unfinished(f, &p->asked);
    if (p->asked > 0 || t->abandoned || !t->waits_for || aw__request_keeper(t))
        return NULL;
    p->asked = 1;
    return t->waits_for->future;
}

/* The one whom f asked is being asked already. */
static void close_circle(struct future *f, struct future *asked)
{
    struct future *told = f->is_task ? f : asked;

    if (told->is_task)
        interrupt(task_of(told));
    passage_of(f)->heard = true;
}

/* All have been asked. True if that, or f itself, took effect. */
static bool leave(struct future *f)
{
    struct passage *p = passage_of(f);
    struct task *t = task_of(f);
    bool heard = p->heard;

    p->passing = false;
    if (!f->is_task) {
        aw__gather_cancelled(f, heard);
        aw_unref(&f->base);
        return heard;
    }
    if (t->abandoned)
        return false;
    if (aw__request_keep(t))
        return true;
    if (t->waits_for && !t->waits_for->future && t->waits_for->cancel)
        heard = t->waits_for->cancel(t->waits_for);
    if (!heard)
        aw__request_note(t);
    return true;
}

/* By the class's own function. True in `accepted`: it called ours. */
static bool ask(aw_future *f, bool *accepted)
{
    struct future *own = passed_through(f);
    struct offer offer = {.task = own};
    bool heard;

    if (own) {
        offer.outer = own->loop->offer;
        own->loop->offer = &offer;
    }
    heard = aw_future_cancel(f);
    if (own)
        own->loop->offer = offer.outer;
    *accepted = offer.accepted;
    return heard;
}

static bool is_offered(const struct future *f)
{
    struct offer *offer = f->loop->offer;

    if (!offer || offer->task != f || offer->accepted)
        return false;
    offer->accepted = true;
    return true;
}

/* Ask `asked` on behalf of f; give the one whose turn it is then. */
static struct future *go_on(struct future *f, aw_future *asked)
{
    struct future *own = passed_through(asked);
    bool accepted = false;
    bool heard;

    if (own && passage_of(own)->passing) {
        close_circle(f, own);
        return f;
    }
    if (own && own->base.ops->cancel == aw__future_pass_op) {
        enter(own, f);
        return own;
    }
    heard = ask(asked, &accepted);
    if (!accepted) {
        passage_of(f)->heard |= heard;
        return f;
    }
    enter(own, f);
    passage_of(own)->said = heard ? SAID_YES : SAID_NO;
    return own;
}

static bool pass(struct future *f)
{
    enter(f, NULL);
    for (;;) {
        aw_future *asked = next_to_ask(f);
        struct passage *p = passage_of(f);
        struct future *from = p->from;
        bool heard;

        if (asked) {
            f = go_on(f, asked);
            continue;
        }
        if (p->said == SAID_NOTHING) {
            heard = leave(f);
        } else {
            heard = p->said == SAID_YES;
            (void)leave(f);
        }
        if (!from)
            return heard;
        f = from;
        passage_of(f)->heard |= heard;
    }
}

bool aw__future_pass_op(aw_future *future)
{
    struct future *f = future_of(future);

    if (f->state != AW_PENDING) {
        f->read = true;
        return false;
    }
    if (passage_of(f)->passing) {
        if (f->is_task)
            interrupt(task_of(f));
        return true;
    }
    if (is_offered(f))
        return !task_of(f)->abandoned;
    return pass(f);
}

void aw__task_cancel_for(struct task *t, struct scope *scope)
{
    t->asking = scope;
    (void)aw_future_cancel(&t->future.base);
    t->asking = NULL;
}

#include "await/timers.h"

#include <stddef.h>

static bool before(const struct timer *a, const struct timer *b)
{
    if (a->deadline_ns != b->deadline_ns)
        return a->deadline_ns < b->deadline_ns;
    return a->sequence < b->sequence;
}

/* Make the later of two roots the first child of the other. */
static struct timer *meld(struct timer *a, struct timer *b)
{
    struct timer *root = before(a, b) ? a : b;
    struct timer *child = root == a ? b : a;

    child->previous = root;
    child->sibling = root->child;
    if (root->child)
        root->child->previous = child;
    root->child = child;
    root->sibling = NULL;
    root->previous = NULL;
    return root;
}

/* Meld a list of siblings in pairs, then the pairs from the last one back:
   what gives the heap its logarithmic cost. */
static struct timer *meld_siblings(struct timer *first)
{
    struct timer *pairs = NULL; /* linked by sibling, the last pair first */
    struct timer *root = NULL;

    while (first) {
        struct timer *a = first;
        struct timer *b = a->sibling;

        first = b ? b->sibling : NULL;
        a = b ? meld(a, b) : a;
        a->sibling = pairs;
        pairs = a;
    }
    while (pairs) {
        struct timer *next = pairs->sibling;

        pairs->sibling = NULL;
        pairs->previous = NULL;
        root = root ? meld(pairs, root) : pairs;
        pairs = next;
    }
    return root;
}

void aw__timers_add(struct timers *timers, struct timer *timer,
                    int64_t deadline_ns)
{
    *timer = (struct timer){.deadline_ns = deadline_ns,
                            .sequence = timers->sequence++,
                            .armed = true};
    timers->first = timers->first ? meld(timers->first, timer) : timer;
}

void aw__timers_remove(struct timers *timers, struct timer *timer)
{
    struct timer *rest;

    if (!timer->armed)
        return;
    timer->armed = false;
    rest = meld_siblings(timer->child);
    timer->child = NULL;
    if (timer == timers->first) {
        timers->first = rest;
        return;
    }
    if (timer->previous->child == timer)
        timer->previous->child = timer->sibling;
    else
        timer->previous->sibling = timer->sibling;
    if (timer->sibling)
        timer->sibling->previous = timer->previous;
    if (rest)
        timers->first = meld(timers->first, rest);
}

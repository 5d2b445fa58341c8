#include "download/heap.h"

#include <assert.h>

/* Two heaps, either of which may be empty, are one. */
static struct heap_node *meld(const struct heap *heap, struct heap_node *a,
                              struct heap_node *b)
{
    if (!a || !b)
        return a ? a : b;
    if (heap->before(b, a)) {
        struct heap_node *kept = a;

        a = b;
        b = kept;
    }
    b->next = a->child;
    b->previous = a;
    if (b->next)
        b->next->previous = b;
    a->child = b;
    return a;
}

/*
 * The children of a node that goes are one heap: melded in pairs from the
 * first, and the pairs one by one from the last, which is what keeps taking
 * out logarithmic.
 */
static struct heap_node *meld_all(const struct heap *heap,
                                  struct heap_node *child)
{
    struct heap_node *pairs = NULL; /* linked by `next`, the last one first */
    struct heap_node *all = NULL;

    while (child) {
        struct heap_node *a = child;
        struct heap_node *b = a->next;
        struct heap_node *pair;

        child = b ? b->next : NULL;
        a->next = NULL;
        if (b)
            b->next = NULL;
        pair = meld(heap, a, b);
        pair->next = pairs;
        pairs = pair;
    }
    while (pairs) {
        struct heap_node *pair = pairs;

        pairs = pair->next;
        pair->next = NULL;
        all = meld(heap, all, pair);
    }
    if (all)
        all->previous = NULL;
    return all;
}

void heap_add(struct heap *heap, struct heap_node *node)
{
    assert(!node->queued);
    *node = (struct heap_node){.queued = true};
    heap->first = meld(heap, heap->first, node);
}

void heap_remove(struct heap *heap, struct heap_node *node)
{
    struct heap_node *rest;

    if (!node->queued)
        return;
    rest = meld_all(heap, node->child);
    if (node == heap->first) {
        heap->first = rest;
    } else {
        if (node->previous->child == node)
            node->previous->child = node->next;
        else
            node->previous->next = node->next;
        if (node->next)
            node->next->previous = node->previous;
        heap->first = meld(heap, heap->first, rest);
    }
    *node = (struct heap_node){0};
}

struct heap_node *heap_take(struct heap *heap)
{
    struct heap_node *node = heap->first;

    if (node)
        heap_remove(heap, node);
    return node;
}

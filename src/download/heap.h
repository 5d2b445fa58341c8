#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * heap: a pairing heap of nodes that are part of what they order, so that
 * nothing in it needs memory and no call can fail.
 *
 * Adding takes constant time, taking out the first or any other logarithmic
 * time, amortised (Fredman et al., "The Pairing Heap", Algorithmica 1986).
 *
 * Ownership: nodes are borrowed while they are in the heap. A node zeroed is in
 * none.
 */

struct heap_node {
    struct heap_node *child;    /* its first one */
    struct heap_node *next;     /* sibling */
    struct heap_node *previous; /* sibling; of the first one, the parent */
    bool queued;                /* it is in a heap */
};

struct heap {
    /* Whether `a` comes before `b`: a strict order, which must not change for
       nodes that are in the heap. */
    bool (*before)(const struct heap_node *a, const struct heap_node *b);
    struct heap_node *first; /* NULL: the heap is empty */
};

/* Add a node that is in no heap. */
void heap_add(struct heap *heap, struct heap_node *node);

/* Take a node out; harmless if it is in none. */
void heap_remove(struct heap *heap, struct heap_node *node);

/* Take the first one out; NULL: the heap is empty. */
struct heap_node *heap_take(struct heap *heap);

/* What a node is part of. */
#define heap_entry(node, type, member) \
    ((type *)(void *)((char *)(node)-offsetof(type, member)))

#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * list: an intrusive, circular, doubly linked list with a head of the same
 * type. A link is in at most one list; next is NULL while it is in none, so a
 * zeroed link is ready to use. Unlinking needs no list and no memory.
 */

struct link {
    struct link *next;
    struct link *prev;
};

#define container_of(member_ptr, type, member) \
    ((type *)(void *)((char *)(member_ptr)-offsetof(type, member)))

static inline void list_init(struct link *head)
{
    head->next = head;
    head->prev = head;
}

static inline bool list_is_empty(const struct link *head)
{
    return head->next == head;
}

static inline void list_append(struct link *head, struct link *link)
{
    link->next = head;
    link->prev = head->prev;
    head->prev->next = link;
    head->prev = link;
}

static inline void list_prepend(struct link *head, struct link *link)
{
    list_append(head->next, link);
}

static inline bool link_is_linked(const struct link *link)
{
    return link->next != NULL;
}

/* Harmless for a link that is in no list. */
static inline void link_remove(struct link *link)
{
    if (!link->next)
        return;
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->next = NULL;
}

/* The first link, taken out; NULL if there is none. */
static inline struct link *list_pop(struct link *head)
{
    struct link *link = head->next;

    if (link == head)
        return NULL;
    link_remove(link);
    return link;
}

/* The last link, taken out; NULL if there is none. */
static inline struct link *list_pop_last(struct link *head)
{
    struct link *link = head->prev;

    if (link == head)
        return NULL;
    link_remove(link);
    return link;
}

/* Append all of `from`, which is empty afterwards. */
static inline void list_splice(struct link *to, struct link *from)
{
    if (list_is_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    list_init(from);
}

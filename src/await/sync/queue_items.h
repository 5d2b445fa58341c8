#pragma once

#include "await/sync/queue.h"

/*
 * queue_items: what is in a queue, in the order in which it comes out: a ring,
 * a stack or a heap. Within await/ only.
 */

/* AW_ENOMEM: nothing has changed. */
int aw__queue_add(aw_queue *q, aw_value v);
/* The next one, which must be there. */
aw_value aw__queue_take(aw_queue *q);

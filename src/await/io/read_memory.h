#pragma once

#include <stddef.h>

/*
 * read_memory: the buffers of a loop's streams. A few are kept: 16 KiB at the
 * top of the heap, allocated and freed for each message, make malloc() grow
 * and trim the process each time.
 *
 * Ownership: embedded in the loop; zeroed is ready. On the loop's thread.
 * Within await/ only.
 */

enum {
    READ_BUFFER = 16 * 1024, /* bytes of each */
    READ_SPARES = 32,        /* kept at most */
};

struct read_memory {
    void *spares; /* each begins with a pointer to the next */
    unsigned count;
};

/* A buffer, the caller's; and back. NULL: no memory; is let through. */
char *aw__read_memory_take(struct read_memory *memory);
void aw__read_memory_give(struct read_memory *memory, char *buffer);

/* Free what is kept; it is zeroed again. */
void aw__read_memory_close(struct read_memory *memory);

#include "support/kit.h"
#include "support/socket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What streams allocate. Allocations of this project's objects are counted, as
 * the linker has them call these.
 */

TestSuite(stream_memory, .timeout = 60);

static size_t allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    allocations++;
    return __real_calloc(n, size);
}

enum { CONNECTIONS = 64, MESSAGES = 20 };

/* Reads with little room, so that more is read than it asks for. */
static int echo_slowly(aw_stream *s, void *data)
{
    char bytes[5];
    ssize_t n;

    (void)data;
    while ((n = aw_read(s, bytes, sizeof(bytes))) > 0) {
        int rc = aw_write(s, bytes, (size_t)n);

        if (rc < 0)
            return rc;
    }
    return (int)n;
}

static void exchange(const int *fds)
{
    char back[12];

    for (int i = 0; i < CONNECTIONS; i++)
        send_text(fds[i], "hello, world");
    for (int i = 0; i < CONNECTIONS; i++) {
        cr_assert(eq(int, recv_exactly(fds[i], back, 12), 12));
        cr_assert(eq(int, memcmp(back, "hello, world", 12), 0));
    }
}

/* In a program this is what decides between 8 and 40 us a message: buffers of
   16 KiB that come and go make the heap grow and shrink. */
TaskTest(stream_memory, a_message_costs_no_allocation)
{
    aw_listener *l = listen_with(echo_slowly, NULL);
    int fds[CONNECTIONS];
    size_t before;

    for (int i = 0; i < CONNECTIONS; i++) {
        fds[i] = connect_to(l);
        turns(1);
    }
    exchange(fds);
    before = allocations;
    cr_assert(gt(sz, before, 0), "allocations are not counted");
    for (int i = 0; i < MESSAGES; i++)
        exchange(fds);
    /* A task reads at once all that came with its message, so buffers are
       needed one at a time, but for what comes while nobody reads. */
    cr_assert(le(sz, allocations - before, CONNECTIONS),
              "%zu allocations for %d messages", allocations - before,
              CONNECTIONS * MESSAGES);
    for (int i = 0; i < CONNECTIONS; i++)
        close(fds[i]);
    expect_rc(aw_listener_close(l, 1), 0);
}

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dlfcn.h>
#include <stdint.h>
#include <uv.h>

#include "await/await.h"

/*
 * A process that is not given the processor for a while, between the moment
 * when its loop has chosen how long to wait and the wait itself: libuv then
 * finds its timer overdue before it polls. This program's uv_run() stands
 * before libuv's, and holds every turn up.
 */

#define HELD_UP_NS (3 * INT64_C(1000000))

int uv_run(uv_loop_t *loop, uv_run_mode mode)
{
    static int (*real)(uv_loop_t *, uv_run_mode);
    uint64_t end = uv_hrtime() + HELD_UP_NS;

    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "uv_run");
    while (uv_hrtime() < end)
        ;
    return real(loop, mode);
}

static int sleep_often(void *arg, aw_value *ret)
{
    int rc = 0;

    (void)arg;
    (void)ret;
    for (int i = 0; i < 5 && rc == 0; i++)
        rc = aw_sleep(0.001);
    return rc;
}

Test(held_up, a_wait_that_is_over_before_it_begins_ends, .timeout = 20)
{
    cr_expect(eq(int, aw_run(aw_call(sleep_often, NULL), NULL, NULL), 0));
}

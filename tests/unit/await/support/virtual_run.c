#include "await/await.h"

/*
 * virtual_run: a program linked with --wrap=aw_run sleeps in virtual time, so
 * that the order in which its tasks wake is that of their delays, however long
 * they had to wait for a processor.
 */

int __real_aw_run(aw_coro main, aw_value *out, const aw_loop_options *options);
int __wrap_aw_run(aw_coro main, aw_value *out, const aw_loop_options *options);

int __wrap_aw_run(aw_coro main, aw_value *out, const aw_loop_options *options)
{
    aw_loop_options with_clock = options ? *options : (aw_loop_options){0};

    with_clock.virtual_clock = true;
    return __real_aw_run(main, out, &with_clock);
}

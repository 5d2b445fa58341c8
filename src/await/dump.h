#pragma once

#include <stdio.h>

#include "await/loop.h"

AW_BEGIN_DECLS

/*
 * Where all of a loop's tasks stand, as text: name and function of each, in the
 * order of creation; whether it has begun, runs, or ends, or what it awaits;
 * and, with glibc, the calls that led there, also of suspended tasks. (A
 * program linked with -rdynamic has the names of its functions there, else
 * addresses.)
 *
 * aw_dump_on_signal: the same each time that the signal comes, by a handler as
 * of aw_add_signal_handler(), which takes it back as well. A loop that a step
 * holds answers after the step.
 *
 * Owner: `out` stays the caller's, and open as long as the signal is handled.
 * Thread: the loop's; also from a task. Codes: AW_ECLOSED; -EIO: it could not
 * be written; those of aw_add_signal_handler(). Cancellation: none.
 */
int aw_dump(aw_loop *loop, FILE *out);
int aw_dump_on_signal(aw_loop *loop, int signum, FILE *out);

AW_END_DECLS

#pragma once

/*
 * await: asyncio's Tasks, Futures and coroutines for C, on libuv.
 *
 * The one header to include. README.md beside it is the introduction for a C
 * programmer who knows asyncio. The rules A1 to A71 that the comments of this
 * library quote are listed in RULES.md.
 *
 * Each group of functions says four things, and scripts/lint sees to it:
 *
 *   Owner         who owns what is given and what is returned
 *   Thread        where it may be called. "The loop's": the thread that runs
 * the loop, or will; not from a job. "A task's": from a task of it. Codes what
 * it returns but 0; a refusal has changed nothing. AW_ENOMEM goes without
 * saying: where a function returns a code, that is one. Functions that return a
 * future never return NULL unless they say so: a refusal comes as a future that
 * has already failed with the code. Where `loop` is NULL and there is none,
 *                 AW_ENOLOOP in a job. AW_ECLOSED: the loop is closed.
 *   Cancellation  what a request to cancel the calling task does. "None": it
 *                 does not suspend.
 */

#include "await/base.h"
#include "await/combine.h"
#include "await/dump.h"
#include "await/future.h"
#include "await/io/connect.h"
#include "await/io/descriptor.h"
#include "await/io/process.h"
#include "await/io/stream.h"
#include "await/loop.h"
#include "await/remote.h"
#include "await/scope.h"
#include "await/sync/lock.h"
#include "await/sync/queue.h"
#include "await/sync/sync.h"
#include "await/task.h"
#include "await/thread.h"
#include "await/version.h"

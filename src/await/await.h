#pragma once

/*
 * await: asyncio's Tasks, Futures and coroutines for C, on libuv.
 *
 * The one header to include. README.md beside it is the introduction for a C
 * programmer who knows asyncio. The rules A1 to A71 that the comments of this
 * library quote are listed in RULES.md.
 *
 * Threads: every function is called on the loop's thread, except
 * aw_call_soon_threadsafe().
 * Errors: 0 or a negative code; a refusal has changed nothing. Functions that
 * return a future never return NULL unless they say so: a refusal comes as a
 * future that has already failed with the code.
 * Ownership: who calls a function that returns a future holds one reference.
 */

#include "await/base.h"
#include "await/combine.h"
#include "await/future.h"
#include "await/io/stream.h"
#include "await/loop.h"
#include "await/scope.h"
#include "await/sync/lock.h"
#include "await/sync/queue.h"
#include "await/sync/sync.h"
#include "await/task.h"
#include "await/thread.h"

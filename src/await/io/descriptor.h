#pragma once

#include "await/base.h"

AW_BEGIN_DECLS

enum { AW_READABLE = 1, AW_WRITABLE = 2 };

/*
 * Wait until a read or a write of the descriptor would not block: `events` is
 * AW_READABLE, AW_WRITABLE, or both, *ready (NULL is let through) those of them
 * that are so. It gives way in any case. After an error or a hang-up it is
 * ready for all that was asked: the call that follows tells which.
 *
 * For sockets, pipes, terminals, eventfd and the like. Reads and writes of
 * regular files always block: see aw_to_thread().
 *
 * Owner: the descriptor stays the caller's, is made non-blocking (O_NONBLOCK),
 * and is not to be closed meanwhile. Thread: a task's. Codes: AW_ECANCELED;
 * AW_EINVAL: `events` is nothing of the kind; AW_ESTATE: another waits for it,
 * or it is that of a stream or a listener of the loop, used or idle;
 * AW_ENOTASK; the system's (-EBADF; -EPERM: a regular file). Cancellation: ends
 * the wait; nothing of the descriptor is lost.
 */
AW_CHECK int aw_fd_wait(int fd, unsigned events, unsigned *ready);

AW_END_DECLS

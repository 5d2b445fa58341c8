#pragma once

#include <signal.h>
#include <stdbool.h>

/*
 * interrupt: the signals that ask the program to end: SIGINT, SIGTERM, SIGHUP,
 * SIGQUIT; and SIGUSR1, which asks how far it is. SIGXFSZ is ignored.
 *
 * The first one is noted; whoever waits looks and stops in order. A second one
 * ends the process at once, by its default action, unless it is the first
 * one's echo: timeout(1) signals its child and then the process group with the
 * child in it, and a terminal that closes may be told of by kernel and shell.
 * System calls of the catching thread return EINTR. The note is the program's
 * one mutable global: a handler has nothing else to write to.
 */

enum { INTERRUPT_ECHO_US = 50000 };

/* Install the handlers; a signal that the program was started with as ignored
   (nohup) stays so. 0, or a negative errno value. Main thread. */
int interrupt_catch(void);

/* In a process that was forked: as if interrupt_catch() had never been called,
   and none had come. They are let in again. Main thread. */
void interrupt_forget(void);

/*
 * Have `fn` called when the first signal comes; at once if one has come. It
 * runs in the handler, so it may call what is async-signal-safe alone. NULL:
 * nobody any more. Main thread; `arg` is borrowed until then.
 */
void interrupt_forward(void (*fn)(void *arg), void *arg);

/* Have `fn` called at each SIGUSR1, on the same terms; without one it does
   nothing. */
void interrupt_answer(void (*fn)(void *arg), void *arg);

/* The first signal that came, or 0. Any thread. */
int interrupt_signal(void);

/* Note a signal that came by another way, as if its handler had run; from the
   second one on, die. */
void interrupt_note(int signum);

/* Whether the signal is one that interrupt_catch() has not left ignored. */
bool interrupt_catches(int signum);

/* The set of the signals above. */
void interrupt_fill(sigset_t *set);

/* End the process as the signal does by default, but without a core. */
_Noreturn void interrupt_die(int signum);

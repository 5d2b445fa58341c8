#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "await/internal.h"

/*
 * overflow: a task that runs out of stack faults on its guard. This
 * handler says which task that was, on stderr, and lets the fault take its
 * course: it puts back what was there before and returns, so the instruction
 * faults again.
 *
 * A signal's disposition belongs to the process, so it is set once, by the
 * first loop that runs, and the one before it is kept in a variable of the
 * process. The handler runs on an alternate stack, which each running loop
 * provides for its thread unless there is one.
 */

enum { SIGNAL_STACK = 64 * 1024 };

static struct sigaction previous;
static pthread_once_t installed = PTHREAD_ONCE_INIT;

static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        return; /* nobody to tell */
}

static void say_number(unsigned long n)
{
    char digits[24];
    char *at = digits + sizeof(digits);

    *--at = '\0';
    do
        *--at = (char)('0' + n % 10);
    while (n /= 10);
    say(at);
}

static bool hit_guard(const aw_loop *loop, const void *address)
{
    const char *low;

    if (!loop || !loop->current)
        return false;
    low = loop->current->coroutine.stack->low;
    return (const char *)address >= low &&
           (const char *)address < low + loop->stacks.guard;
}

static void on_fault(int signum, siginfo_t *info, void *context)
{
    aw_loop *loop = aw_get_running_loop();

    (void)context;
    if (hit_guard(loop, info->si_addr)) {
        const struct task *t = loop->current;

        say("await: stack overflow in task '");
        if (t->name) {
            say(t->name);
        } else {
            say("Task-");
            say_number(t->number);
        }
        say("' (");
        say(t->coro.name ? t->coro.name : "?");
        say("), which has ");
        say_number(loop->stacks.room / 1024);
        say(" KiB\n");
    }
    sigaction(signum, &previous, NULL);
    if (info->si_code <= 0)
        (void)raise(signum); /* somebody sent it: no instruction repeats it */
}

static void install(void)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK};

    action.sa_sigaction = on_fault;
    sigemptyset(&action.sa_mask);
    /* Failing means only that an overflow dies without a name. */
    (void)sigaction(SIGSEGV, &action, &previous);
}

void aw__overflow_watch(aw_loop *loop)
{
    stack_t now;
    stack_t ours = {.ss_size = SIGNAL_STACK};

    pthread_once(&installed, install);
    if (sigaltstack(NULL, &now) < 0 || !(now.ss_flags & SS_DISABLE))
        return;
    if (!loop->signal_stack)
        loop->signal_stack = malloc(SIGNAL_STACK);
    ours.ss_sp = loop->signal_stack;
    if (ours.ss_sp && sigaltstack(&ours, NULL) < 0) {
        free(loop->signal_stack);
        loop->signal_stack = NULL;
    }
}

void aw__overflow_unwatch(aw_loop *loop)
{
    const stack_t none = {.ss_flags = SS_DISABLE};

    if (!loop->signal_stack)
        return;
    if (sigaltstack(&none, NULL) < 0)
        return; /* still in use: it stays, and goes with the process */
    free(loop->signal_stack);
    loop->signal_stack = NULL;
}

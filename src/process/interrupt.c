#include "process/interrupt.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "clock/clock.h"

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Lock-free, so a handler may write to them. */
static atomic_int noted;
static atomic_llong noted_us; /* when */

/* Whom to tell. Written with the signals blocked on the thread that handles
   them. */
static void (*forward)(void *arg);
static void *forward_arg;
static void (*answer)(void *arg); /* of SIGUSR1, likewise */
static void *answer_arg;

_Noreturn void interrupt_die(int signum)
{
    const struct rlimit no_core = {0, 0};
    sigset_t set;

    setrlimit(RLIMIT_CORE, &no_core); /* SIGQUIT's, of a program that is well */
    signal(signum, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, signum);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(signum);
    _exit(128 + signum); /* not reached: the default action is to end */
}

void interrupt_note(int signum)
{
    int none = 0;

    if (!atomic_compare_exchange_strong(&noted, &none, signum)) {
        if (clock_monotonic_us() - atomic_load(&noted_us) >= INTERRUPT_ECHO_US)
            interrupt_die(signum);
        return;
    }
    atomic_store(&noted_us, clock_monotonic_us());
    if (forward)
        forward(forward_arg);
}

void interrupt_forward(void (*fn)(void *arg), void *arg)
{
    sigset_t blocked;
    sigset_t before;

    interrupt_fill(&blocked);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    forward = fn;
    forward_arg = arg;
    if (fn && interrupt_signal())
        fn(arg);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void interrupt_answer(void (*fn)(void *arg), void *arg)
{
    sigset_t blocked;
    sigset_t before;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    answer = fn;
    answer_arg = arg;
    sigprocmask(SIG_SETMASK, &before, NULL);
}

int interrupt_signal(void)
{
    return atomic_load(&noted);
}

bool interrupt_catches(int signum)
{
    struct sigaction now;

    return sigaction(signum, NULL, &now) == 0 && now.sa_handler != SIG_IGN;
}

void interrupt_fill(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < COUNT(signals); i++)
        sigaddset(set, signals[i]);
}

static void on_signal(int signum)
{
    int saved = errno;

    interrupt_note(signum);
    errno = saved;
}

static void on_question(int signum)
{
    int saved = errno;

    (void)signum;
    if (answer)
        answer(answer_arg);
    errno = saved;
}

/* What is no request to end. */
static int catch_the_rest(void)
{
    struct sigaction question = {.sa_handler = on_question,
                                 .sa_flags = SA_RESTART};
    struct sigaction ignored = {.sa_handler = SIG_IGN};

    sigemptyset(&question.sa_mask);
    sigemptyset(&ignored.sa_mask);
    if (interrupt_catches(SIGUSR1) && sigaction(SIGUSR1, &question, NULL) < 0)
        return -errno;
    /* A file that may not grow any more is that file's error, EFBIG. */
    return sigaction(SIGXFSZ, &ignored, NULL) < 0 ? -errno : 0;
}

int interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    sigemptyset(&action.sa_mask); /* no SA_RESTART: waiting calls return */
    for (size_t i = 0; i < COUNT(signals); i++) {
        if (!interrupt_catches(signals[i]))
            continue;
        if (sigaction(signals[i], &action, NULL) < 0)
            return -errno;
    }
    return catch_the_rest();
}

static void forget(int signum, void (*handler)(int))
{
    struct sigaction now;

    if (sigaction(signum, NULL, &now) == 0 && now.sa_handler == handler)
        signal(signum, SIG_DFL);
}

void interrupt_forget(void)
{
    sigset_t set;

    for (size_t i = 0; i < COUNT(signals); i++)
        forget(signals[i], on_signal);
    forget(SIGUSR1, on_question);
    forward = NULL;
    answer = NULL;
    atomic_store(&noted, 0);
    interrupt_fill(&set);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

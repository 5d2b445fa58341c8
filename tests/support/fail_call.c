/*
 * fail_call: a library for LD_PRELOAD that fails one call of one function.
 *
 *   FLAGS_FAIL=openat:3:24    the third call of openat fails with errno 24
 *   FLAGS_FAIL=write:2:short  the second write takes half of what it is given
 *   FLAGS_FAIL=malloc:9+:12   the ninth malloc fails, and all after it
 *   FLAGS_COUNT=FILE          at its end the process writes there how often it
 *                             called each function, "openat 7" a line
 *
 * Without FLAGS_FAIL it only counts. Calls within the C library are not seen.
 * `open` stands for openat too, and names of 64-bit files for the plain ones.
 */
#undef _FILE_OFFSET_BITS /* else the plain names were those, too */
#undef _TIME_BITS
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* A function that may fail: its name, and how often it was called. */
struct wrapped {
    const char *name;
    atomic_long calls;
};

enum { SHORT = -1 }; /* in place of an errno */

static struct {
    const char *name; /* NULL: nothing fails */
    size_t length;
    long number;
    bool onwards; /* so do all calls after it */
    int error;
} chosen;

enum {
    OPEN,
    WRITE,
    CLOSE,
    RENAMEAT,
    UNLINKAT,
    MKDIR,
    FLOCK,
    GETRANDOM,
    SOCKET,
    SOCKETPAIR,
    CONNECT,
    SEND,
    RECV,
    POLL,
    FCNTL,
    PIPE2,
    EVENTFD,
    EPOLL_CREATE1,
    EPOLL_CTL,
    TIMERFD_CREATE,
    TIMERFD_SETTIME,
    PTHREAD_CREATE,
    SETRLIMIT,
    MALLOC,
    CALLOC,
    REALLOC,
    WRAPPED
};

static struct wrapped functions[WRAPPED] = {
    [OPEN] = {.name = "open"},
    [WRITE] = {.name = "write"},
    [CLOSE] = {.name = "close"},
    [RENAMEAT] = {.name = "renameat"},
    [UNLINKAT] = {.name = "unlinkat"},
    [MKDIR] = {.name = "mkdir"},
    [FLOCK] = {.name = "flock"},
    [GETRANDOM] = {.name = "getrandom"},
    [SOCKET] = {.name = "socket"},
    [SOCKETPAIR] = {.name = "socketpair"},
    [CONNECT] = {.name = "connect"},
    [SEND] = {.name = "send"},
    [RECV] = {.name = "recv"},
    [POLL] = {.name = "poll"},
    [FCNTL] = {.name = "fcntl"},
    [PIPE2] = {.name = "pipe2"},
    [EVENTFD] = {.name = "eventfd"},
    [EPOLL_CREATE1] = {.name = "epoll_create1"},
    [EPOLL_CTL] = {.name = "epoll_ctl"},
    [TIMERFD_CREATE] = {.name = "timerfd_create"},
    [TIMERFD_SETTIME] = {.name = "timerfd_settime"},
    [PTHREAD_CREATE] = {.name = "pthread_create"},
    [SETRLIMIT] = {.name = "setrlimit"},
    [MALLOC] = {.name = "malloc"},
    [CALLOC] = {.name = "calloc"},
    [REALLOC] = {.name = "realloc"},
};

static pid_t begun;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("FLAGS_FAIL");
    const char *number = text ? strchr(text, ':') : NULL;
    const char *error = number ? strchr(number + 1, ':') : NULL;

    begun = getpid();
    if (!error)
        return;
    chosen.length = (size_t)(number - text);
    chosen.number = strtol(number + 1, NULL, 10);
    chosen.onwards = error[-1] == '+';
    chosen.error = strcmp(error + 1, "short") == 0
                       ? SHORT
                       : (int)strtol(error + 1, NULL, 10);
    chosen.name = text;
}

/* Once, by the process that was begun: its children report nothing. */
__attribute__((destructor)) static void end(void)
{
    const char *path = getpid() == begun ? getenv("FLAGS_COUNT") : NULL;
    FILE *out;

    chosen.name = NULL;
    out = path ? fopen(path, "we") : NULL;
    for (int i = 0; out && i < WRAPPED; i++)
        fprintf(out, "%s %ld\n", functions[i].name,
                atomic_load(&functions[i].calls));
    if (out)
        fclose(out);
}

/* Count a call. 0: it is to go on; else the errno it fails with, or SHORT. */
static int count(int which)
{
    struct wrapped *function = &functions[which];
    long number = atomic_fetch_add(&function->calls, 1) + 1;

    if (!chosen.name || number < chosen.number ||
        (number > chosen.number && !chosen.onwards) ||
        strlen(function->name) != chosen.length ||
        strncmp(function->name, chosen.name, chosen.length) != 0)
        return 0;
    return chosen.error;
}

/* The function behind ours, of the type of `like`. */
#define NEXT(like) ((__typeof__(&like))dlsym(RTLD_NEXT, #like))

/* The program ends so, without destructors. */
void _exit(int status)
{
    end();
    NEXT(_exit)(status);
    abort(); /* not reached, but nobody knows that of the function behind */
}

/* A function that gives -1 and an errno. */
#define WRAP(type, which, name, parameters, arguments) \
    type name parameters                               \
    {                                                  \
        int error = count(which);                      \
                                                       \
        if (error == 0)                                \
            return NEXT(name) arguments;               \
        errno = error;                                 \
        return -1;                                     \
    }

#define WRAP_OPEN(name, parameters, arguments)             \
    int name parameters                                    \
    {                                                      \
        int error = count(OPEN);                           \
        va_list list;                                      \
        mode_t mode;                                       \
                                                           \
        va_start(list, flags);                             \
        mode = flags & O_CREAT ? va_arg(list, mode_t) : 0; \
        va_end(list);                                      \
        if (error == 0)                                    \
            return NEXT(name) arguments;                   \
        errno = error;                                     \
        return -1;                                         \
    }

WRAP_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
WRAP_OPEN(openat, (int at, const char *path, int flags, ...),
          (at, path, flags, mode))
WRAP_OPEN(openat64, (int at, const char *path, int flags, ...),
          (at, path, flags, mode))
WRAP(int, CLOSE, close, (int fd), (fd))
WRAP(int, RENAMEAT, renameat,
     (int from_at, const char *from, int to_at, const char *to),
     (from_at, from, to_at, to))
WRAP(int, UNLINKAT, unlinkat, (int at, const char *path, int flags),
     (at, path, flags))
WRAP(int, MKDIR, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(int, MKDIR, mkdirat, (int at, const char *path, mode_t mode),
     (at, path, mode))
WRAP(int, FLOCK, flock, (int fd, int operation), (fd, operation))
WRAP(ssize_t, GETRANDOM, getrandom, (void *to, size_t size, unsigned flags),
     (to, size, flags))
WRAP(int, SOCKET, socket, (int domain, int type, int protocol),
     (domain, type, protocol))
WRAP(int, SOCKETPAIR, socketpair,
     (int domain, int type, int protocol, int fds[2]),
     (domain, type, protocol, fds))
WRAP(int, CONNECT, connect,
     (int fd, const struct sockaddr *address, socklen_t length),
     (fd, address, length))
WRAP(ssize_t, SEND, send, (int fd, const void *from, size_t size, int flags),
     (fd, from, size, flags))
WRAP(ssize_t, RECV, recv, (int fd, void *to, size_t size, int flags),
     (fd, to, size, flags))
WRAP(int, POLL, poll, (struct pollfd * fds, nfds_t fd_count, int timeout_ms),
     (fds, fd_count, timeout_ms))
WRAP(int, PIPE2, pipe2, (int ends[2], int flags), (ends, flags))
WRAP(int, EVENTFD, eventfd, (unsigned initial, int flags), (initial, flags))
WRAP(int, EPOLL_CREATE1, epoll_create1, (int flags), (flags))
WRAP(int, EPOLL_CTL, epoll_ctl,
     (int epoll, int operation, int fd, struct epoll_event *event),
     (epoll, operation, fd, event))
WRAP(int, TIMERFD_CREATE, timerfd_create, (clockid_t clock, int flags),
     (clock, flags))
WRAP(int, TIMERFD_SETTIME, timerfd_settime,
     (int fd, int flags, const struct itimerspec *to,
      struct itimerspec *before),
     (fd, flags, to, before))
WRAP(int, SETRLIMIT, setrlimit64,
     (__rlimit_resource_t what, const struct rlimit64 *limit), (what, limit))

/* All of these take one argument, of the size of a pointer at the most. */
#define WRAP_FCNTL(name)                                   \
    int name(int fd, int command, ...)                     \
    {                                                      \
        int error = command == F_GETFD ? 0 : count(FCNTL); \
        va_list list;                                      \
        void *argument;                                    \
                                                           \
        va_start(list, command);                           \
        argument = va_arg(list, void *);                   \
        va_end(list);                                      \
        if (error == 0)                                    \
            return NEXT(name)(fd, command, argument);      \
        errno = error;                                     \
        return -1;                                         \
    }

WRAP_FCNTL(fcntl)
WRAP_FCNTL(fcntl64)

/* Those to pipes and eventfds of our own do not fail. */
ssize_t write(int fd, const void *from, size_t size)
{
    struct stat stat;
    bool may_fail = fd == STDOUT_FILENO || fd == STDERR_FILENO ||
                    (fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode));
    int error = may_fail ? count(WRITE) : 0;

    if (error == SHORT)
        size = (size + 1) / 2;
    if (error == 0 || error == SHORT)
        return NEXT(write)(fd, from, size);
    errno = error;
    return -1;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                   void *(*run)(void *), void *arg)
{
    int error = count(PTHREAD_CREATE);

    return error ? error : NEXT(pthread_create)(thread, attributes, run, arg);
}

/* What dlsym() itself allocates by. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t number, size_t size);
void *__libc_realloc(void *memory, size_t size);

void *malloc(size_t size)
{
    if (count(MALLOC) == 0)
        return __libc_malloc(size);
    errno = ENOMEM;
    return NULL;
}

void *calloc(size_t number, size_t size)
{
    if (count(CALLOC) == 0)
        return __libc_calloc(number, size);
    errno = ENOMEM;
    return NULL;
}

void *realloc(void *memory, size_t size)
{
    if (count(REALLOC) == 0)
        return __libc_realloc(memory, size);
    errno = ENOMEM;
    return NULL;
}

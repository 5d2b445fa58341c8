/*
 * torture: run scenarios again and again, with the n-th allocation failing,
 * for every n until a run is left untouched; then again with all allocations
 * from the n-th on failing.
 *
 * Each run must end (no crash, no hang), give 0 or AW_ENOMEM, have dropped
 * every argument once, and have freed all it got. The linker wraps the
 * allocating functions in our own objects only, see meson.build; libuv's and
 * the C library's own allocations succeed (libuv aborts without memory).
 */
#include "torture.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "await/await.h"

/* Threads allocate too. */
static atomic_long calls;      /* since the run began */
static atomic_long fail_first; /* the first call that fails; 0: none */
static atomic_long fail_last;
static atomic_long live; /* allocations not freed, and mappings */

static bool fails(void)
{
    long n = atomic_fetch_add(&calls, 1) + 1;
    long first = atomic_load(&fail_first);

    if (first == 0 || n < first || n > atomic_load(&fail_last))
        return false;
    errno = ENOMEM;
    return true;
}

/* mmap64 is what mmap is called where off_t has 64 bits. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t n, size_t size);
char *__real_strdup(const char *s);
void __real_free(void *p);
void *__real_mmap64(void *at, size_t size, int protection, int flags, int fd,
                    off_t offset);
int __real_munmap(void *at, size_t size);
int __real_madvise(void *at, size_t size, int advice);
int __real_mprotect(void *at, size_t size, int protection);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__wrap_strdup(const char *s);
void __wrap_free(void *p);
void *__wrap_mmap64(void *at, size_t size, int protection, int flags, int fd,
                    off_t offset);
int __wrap_munmap(void *at, size_t size);
int __wrap_madvise(void *at, size_t size, int advice);
int __wrap_mprotect(void *at, size_t size, int protection);

static void *counted(void *p)
{
    if (p)
        atomic_fetch_add(&live, 1);
    return p;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : counted(__real_calloc(n, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    if (fails())
        return NULL;
    if (!old)
        return counted(__real_realloc(NULL, size));
    return __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
    void *p;

    if (fails())
        return NULL;
    p = __real_reallocarray(old, n, size);
    return old ? p : counted(p);
}

char *__wrap_strdup(const char *s)
{
    return fails() ? NULL : counted(__real_strdup(s));
}

void __wrap_free(void *p)
{
    if (p)
        atomic_fetch_sub(&live, 1);
    __real_free(p);
}

void *__wrap_mmap64(void *at, size_t size, int protection, int flags, int fd,
                    off_t offset)
{
    void *p;

    if (fails())
        return MAP_FAILED;
    p = __real_mmap64(at, size, protection, flags, fd, offset);
    if (p != MAP_FAILED)
        atomic_fetch_add(&live, 1);
    return p;
}

int __wrap_munmap(void *at, size_t size)
{
    atomic_fetch_sub(&live, 1);
    return __real_munmap(at, size);
}

/* A kernel before 6.13, where each guard page splits a mapping, of which it
   allows so many. */
static long guards_left = -1; /* -1: as the kernel is */

void torture_limit_guards(long n)
{
    guards_left = n;
}

int __wrap_madvise(void *at, size_t size, int advice)
{
    if (fails())
        return -1;
    if (guards_left >= 0 && advice == 102) { /* MADV_GUARD_INSTALL */
        errno = EINVAL;
        return -1;
    }
    return __real_madvise(at, size, advice);
}

int __wrap_mprotect(void *at, size_t size, int protection)
{
    if (fails())
        return -1;
    if (guards_left == 0) {
        errno = ENOMEM;
        return -1;
    }
    guards_left -= guards_left > 0;
    return __real_mprotect(at, size, protection);
}

void torture_fail(const char *file, int line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "%s:%d: with call %ld failing: ", file, line,
            atomic_load(&fail_first));
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

static int made, dropped;

static void count_dropped(void *arg)
{
    (void)arg;
    dropped++;
}

aw_coro counted_coro(aw_fn fn, void *arg)
{
    made++;
    return aw_call_own(fn, arg, count_dropped);
}

aw_value counted_value(void *ptr)
{
    made++;
    return (aw_value){ptr, count_dropped};
}

/* One run. False: nothing failed in it. */
static bool run_once(const struct scenario *s, long first, long last)
{
    int rc;

    made = dropped = 0;
    atomic_store(&calls, 0);
    atomic_store(&fail_last, last);
    atomic_store(&fail_first, first);
    alarm(60); /* a hang is a failure */
    rc = s->run();
    atomic_store(&fail_first, 0);
    if (rc != 0 && rc != AW_ENOMEM)
        torture_fail(__FILE__, __LINE__, "%s (call %ld): %d, %s", s->name,
                     first, rc, aw_strerror(rc));
    if (made != dropped)
        torture_fail(__FILE__, __LINE__, "%s (call %ld): %d made, %d dropped",
                     s->name, first, made, dropped);
    if (atomic_load(&live) != 0)
        torture_fail(__FILE__, __LINE__, "%s (call %ld): %ld leaked", s->name,
                     first, atomic_load(&live));
    if (atomic_load(&calls) >= first)
        return true;
    if (rc != 0)
        torture_fail(__FILE__, __LINE__, "%s, untouched: %s", s->name,
                     aw_strerror(rc));
    return false;
}

static void torture(const struct scenario *s)
{
    long first = 1;

    while (run_once(s, first, first))
        first++;
    printf("ok - %s: each of %ld calls failed once", s->name, first - 1);
    for (first = 1; run_once(s, first, 1000000000L);)
        first++;
    printf(", then all from each on\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    const char *only = argc > 1 ? argv[1] : NULL;
    int n = 0;

    for (const struct scenario *s = scenarios; s->name; s++) {
        if (only && strcmp(only, s->name) != 0)
            continue;
        torture(s);
        n++;
    }
    printf("1..%d\n", n);
    return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

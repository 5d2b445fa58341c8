#pragma once

#include "await/await.h"

/* What torture.c runs: the scenarios of torture_scenarios.c, each a whole
   life of a loop. */
struct scenario {
    const char *name;
    int (*run)(void); /* 0, or AW_ENOMEM if something failed */
};

extern const struct scenario scenarios[]; /* ends with a NULL name */

/* Coroutines for several scenarios. */
int torture_leaf(void *arg, aw_value *ret);       /* a little while, a value */
int torture_failing(void *arg, aw_value *ret);    /* AW_EUSER */
int torture_sleep_long(void *arg, aw_value *ret); /* 100 seconds */
int torture_group(void *arg, aw_value *ret);      /* owns nothing outside it */
int torture_run(aw_fn entry); /* aw_run with a virtual clock */
void torture_no_report(const aw_report *r, void *data);

/* torture_loops.c */
int torture_pending(void);
int torture_many(void);
int torture_stream(void);
int torture_connect(void);
int torture_remote(void);
int torture_process(void);

/* Arguments and values of which each must be dropped once. */
aw_coro counted_coro(aw_fn fn, void *arg);
aw_value counted_value(void *ptr);

/* From now on guard pages are made by mprotect(), and only so many; -1: as the
   kernel has it. */
void torture_limit_guards(long n);

_Noreturn void torture_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define require(condition) \
    ((condition) ? (void)0 \
                 : torture_fail(__FILE__, __LINE__, "not so: %s", #condition))

#pragma once

#include "cli/option.h"
#include "cli/work.h"
#include "comparison/exports.h"
#include "comparison/factors.h"
#include "download/downloader.h"

/*
 * settings: what a comparison is asked to do, as its command line says it.
 */

/* A race before the runs: none, of runs that were made one after the other, or
   of runs at the same time. */
enum live { LIVE_NOT, LIVE_RECORDED, LIVE_TOGETHER };

enum { COMPARE_STRATEGIES = DOWNLOADER_COUNT, COMPARE_MAX_REQS = 32 };

struct compare_settings {
    struct work_settings work;
    bool book;

    /* The grid, each list in the order as typed, nothing twice. */
    const struct downloader *strategies[COMPARE_STRATEGIES];
    size_t strategy_count;
    unsigned max_req[COMPARE_MAX_REQS];
    size_t max_req_count;
    bool reuse[2];
    size_t reuse_count;
    int64_t loops;     /* of async */
    int http[2];       /* as in struct comparison_cell */
    bool self_check;   /* the first cell twice */
    size_t http_count; /* with a 2, our server speaks TLS */

    const char *baseline; /* a file; NULL: none */
    bool force_baseline;  /* whatever it is of */
    int64_t runs, warmups;
    double until; /* the widest interval of a ratio; 0: not asked for */
    bool until_decided;
    int64_t max_runs; /* of either */
    bool rerun_disturbed;
    int order;           /* enum comparison_order */
    const char *weather; /* as fixture/rules/delay.h reads it */
    int64_t seed;
    int64_t seeds; /* so many weathers, of that seed and those after it */
    struct compare_factors factors;

    const char *exports[EXPORTS]; /* files; NULL: not wanted */
    bool timeline;
    bool keep_query; /* those of URLs are shown */
    enum live live;
    const char *with;               /* recipes; NULL: none */
    struct option_texts programs;   /* of --program */
    struct option_texts conditions; /* of --fail-if */
    int undecided_fails;            /* one that is undecided fails, too */
};

/* What option values mean, as an option's `take` (cli/option.h) has it. */
int settings_take_strategies(void *settings, const char *text);
int settings_take_max_req(void *settings, const char *text);
int settings_take_http(void *settings, const char *text);
int settings_take_reuse(void *settings, const char *text);
int settings_take_until(void *settings, const char *text);
int settings_take_connect(void *settings, const char *text);
int settings_take_live(void *settings, const char *text);
int settings_take_weather(void *settings, const char *text);

/* The weather of the book's example: 20 skewed delays whose sum is what its
   sequential script took, the longest what its concurrent ones took. */
#define COMPARE_BOOK_WEATHER "lognormal:.3:.65"
enum { COMPARE_BOOK_SEED = 2291, COMPARE_BOOK_RUNS = 3 };

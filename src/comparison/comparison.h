#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "comparison/exports.h"
#include "comparison/factors.h"
#include "comparison/figures.h"
#include "comparison/statistics.h"
#include "comparison/weathers.h"
#include "report/record.h"
#include "transfer/digest.h"

/*
 * comparison: everything that a comparison found, as data. `flags compare`
 * fills it in; the text report, the exports, the conclusions and the checks of
 * --fail-if read it, and so agree.
 *
 * Times are microseconds, memory is bytes. A double that is not known is NAN,
 * an integer that is not known is -1.
 *
 * Ownership: embedded by whoever fills it in, zeroed; comparison_close() frees
 * the cells with what they hold. Everything that is const char * is borrowed.
 */

/* One HTTP exchange of a run. */
struct comparison_request {
    size_t item;      /* by its place in the setup's codes */
    int64_t start_us; /* from the first item scheduled */
    int64_t took_us;
    int64_t answer_us; /* of that, from having a connection on */
    int64_t late_us;   /* beyond the server's delay; -1: not known */
};

/* One run that counts. */
struct comparison_run {
    int64_t number;      /* within its cell, from 1; those that do not count
                            have numbers, too */
    int64_t place;       /* among all that were made, from 1: warm-ups, too */
    int64_t started_us;  /* after the first of them began */
    size_t weather;      /* it met that of the seed and so many after it */
    int64_t observed_us; /* first item scheduled to last item settled */
    struct comparison_request *requests; /* in the order of their ends; of a
                                            cell's run borrowed */
    size_t request_count;
    int64_t measured[FIGURES]; /* of each figure that is measured in a run; -1:
                                  it is not known, as what a server that is not
                                  ours has seen */
    bool outlier;  /* as statistics_outliers() of the cell's times finds */
    bool replaced; /* it was disturbed, and another one was made for it, which
                      has the same number: then it does not count */
};

/* One strategy under given conditions. */
struct comparison_cell {
    const char *strategy; /* "sequential"; of a program: its name */
    const char *program;  /* its command, as it is shown: without what in URLs
                             may be secret; NULL: it is a strategy */
    const char *command;  /* then, as it is run */
    const char *version;  /* of a program with a recipe; else NULL */
    unsigned max_req;
    bool has_limit; /* it knows of max_req; else that is 1 */
    bool reuse;
    int http;      /* the version: 1, 2; 0: of a program, which is not asked */
    bool again;    /* the first cell once more: what differs is noise */
    char name[40]; /* "async", or where there are several of it, all that
                      tells them apart: "async -m 20", "async -m 20 no reuse",
                      "async h2" */

    struct comparison_run *runs; /* those that count, in the order of time */
    size_t run_count;
    struct comparison_run *replaced; /* those that others were made for */
    size_t replaced_count;
    size_t invalid; /* runs that failed or did other work; they do not count */
    char excluded[160]; /* why a program is left out, in a phrase; "": it is
                           not: then no run of it counts */
    size_t errors; /* items that ended in error although they did not in most
                      runs of the comparison, and all errors of runs that
                      downloaded nothing; in all runs of the cell */
    size_t error_runs; /* runs in which there were such */

    struct record record; /* of the run whose time is nearest to the median;
                             empty: no run counts */

    double ideals_us[WEATHERS_MOST]; /* of each weather, by the schedule over it
                                        alone; NAN: unknown */
    double ideal_us;                 /* the median of those of the runs, or, if
                                        none counts, of all; NAN: unknown */
    bool ideal_is_bound; /* it is no less than that: the order is not known */

    /* What comparison_derive() makes of it. With no run that counts: count 0,
       NAN. */
    struct statistics observed;
    struct interval ratio;    /* to the first cell */
    struct interval baseline; /* to the same cell of an earlier comparison, by
                                 whoever knows that; else NAN */
    size_t outliers;
    bool queued; /* a server that is not ours, or the way to it, keeps its
                    requests longer than one at a time: its ideal assumes that
                    it does not, so what the time is beyond it is no figure */
    double found[FIGURES]; /* for figure_of() alone */
};

enum comparison_order { ORDER_INTERLEAVED, ORDER_RANDOM, ORDER_BLOCKED };

/* What was asked for, and on what. */
struct comparison_setup {
    const char *const *codes; /* the items, sorted */
    size_t item_count;
    bool country_names;
    const char *weather; /* "uniform:.02:.08", or a profile's name; NULL: the
                            server is not ours */
    int64_t seed;        /* of the first weather, */
    size_t weathers;     /* of which there are so many, of this seed and those
                            after it; 0: 1 */
    bool is_seeded;      /* which is another with another seed */
    struct compare_factors factors; /* beside its delays */
    const char *server;    /* base URL or template, without what may be secret;
                              NULL: ours */
    int64_t runs, warmups; /* of each cell */
    bool rerun_disturbed;  /* each such run is made once more, and replaced */
    enum comparison_order order;
    int64_t timeout_us;         /* of an attempt */
    int64_t connect_timeout_us; /* of its connection */
    const char *command;        /* line, as a shell has it, without
                                   what may be secret; NULL: there was none */
    const char *began;          /* RFC 3339 */
    const char *machine;        /* "2 x AMD EPYC, Linux 6.1 x86_64" */
    double load;                /* average of the last minute, at the start */
    long processors;            /* that we may use; 0: unknown */
    const char *flags, *curl, *uv, *tls; /* versions */
};

enum comparison_verdict {
    VERDICT_PASSED,    /* the condition is not met, whichever sample is drawn */
    VERDICT_FAILED,    /* it is */
    VERDICT_UNDECIDED, /* it depends on the sample: the interval of its two
                          sides' difference holds 0. No failure. */
    VERDICT_IMPOSSIBLE /* it needs what is not known: no run of a cell counts,
                          or the server is not ours. Not passed: status 6 */
};

/* One --fail-if. */
struct comparison_check {
    const char *expression; /* as it was typed */
    enum comparison_verdict verdict;
    struct interval difference; /* left side less right side: microseconds,
                                   bytes, else as `unit` says; NAN: unknown */
    enum figure_unit unit;
    char reason[128]; /* of VERDICT_IMPOSSIBLE, and of what is undecided for
                         lack of runs; else "" */
};

/*
 * How often the runs may be looked at, to see whether there are enough of them
 * (comparison/looks.h). Zero: never, they are as many as were asked for.
 *
 * Whoever looks until there is something to see, will. So all looks that there
 * may be share the error that is allowed of one interval (Bonferroni's
 * inequality; Dunn, "Multiple Comparisons Among Means", 1961): each interval
 * holds at all of them, whenever the runs end.
 */
enum { LOOKS_MOST = 16 };

struct comparison_looks {
    double width; /* (high - low) / value of each ratio is to be at most that;
                     0: it may be anything */
    bool decide;  /* no condition is to be undecided */
    size_t planned;
    int64_t runs[LOOKS_MOST]; /* of each cell, at each look that is planned */
    size_t taken;             /* of them */
    bool enough;              /* at the last of these all was as it is to be */
};

struct comparison {
    struct comparison_setup setup;
    struct comparison_looks looks;
    struct comparison_cell *cells; /* the first is what others are related to */
    size_t cell_count;
    bool interrupted;     /* not all runs were made */
    bool ideal_estimated; /* from the sequential cell, or the weather has
                             what delays alone do not tell: marked ~ */
    bool by_server;       /* observed times are from the first request to the
                             last byte, as the server saw them */
    bool has_baseline;    /* cells are related to an earlier comparison's */
    bool nothing;         /* nothing was in place after any run: there is
                             nothing to compare */
    bool same_work;       /* all runs did the same; else see cells[].invalid */
    bool fail_undecided;  /* of checks: a reason for status 6 as well */
    /* Of the model that all runs that count equal; of several weathers, of the
       one under which there are most. */
    size_t not_found, errors, retried;
    char files[DIGEST_TEXT_SIZE]; /* what is in place then (under the first
                                     weather), as same_work_files() tells; "":
                                     unknown */
    struct comparison_check *checks;
    size_t check_count;
};

/* Compute what is derived, cell by cell, and the names of the cells.
   -ENOMEM: some of it is missing. */
int comparison_derive(struct comparison *comparison);
void comparison_close(struct comparison *comparison);

/* Whether a cell has a run that counts. */
bool comparison_has_runs(const struct comparison *comparison);

/* The cell that tells how long an unknown server takes for one request at a
   time: the first sequential one with runs that count. NULL: there is none. */
const struct comparison_cell *comparison_sequential(
    const struct comparison *comparison);

/* With fewer runs in a cell no difference is told from chance: the intervals of
   cells that are alike leave 1 out in 100, 33 and 10 % of cases with 1, 2 and 3
   runs. */
enum { COMPARISON_RUNS_LEAST = 5 };

/* The error that is allowed of one interval, of one condition, and of all that
   the sentences say of differences, however often the runs are looked at. */
#define COMPARISON_ERROR 0.05

/* Beyond this share of the observed time, waits for a processor disturb a run.
 */
#define COMPARISON_DISTURBED 0.1

/* Whether client and server together waited longer than that. Not known, and
   false, where it is known of neither, as of other programs. */
bool comparison_is_disturbed(const struct comparison_run *run);
bool comparison_knows_disturbed(const struct comparison_run *run);

/* How many weathers there are, at least one; whether there are several. */
size_t comparison_weathers(const struct comparison *comparison);
bool comparison_has_weathers(const struct comparison *comparison);

/* The seed of one of them, from 0. */
int64_t comparison_seed(const struct comparison *comparison, size_t weather);

/* What of it falls to each look. */
double comparison_error(const struct comparison *comparison);

/* A cell's version of HTTP, "1.1" or "2"; NULL: it has none. */
const char *comparison_http(int http);

/*
 * By which factor one cell's times are greater than another's, as ranks_ratio()
 * estimates it (comparison/ranks.h), or of several weathers weathers_interval()
 * (comparison/weathers.h), with an interval in which it is but for `error`; NAN
 * if one of them has no run that counts. The bounds alone are NAN where there
 * are too few runs, or weathers, to be so certain, and always of fewer than
 * COMPARISON_RUNS_LEAST runs. -ENOMEM: *ratio is as it was.
 */
int comparison_relate(const struct comparison *comparison, size_t cell,
                      size_t to, double error, struct interval *ratio);

/* The probability of times as far apart as those of the two cells, if both are
   alike (ranks_alike(), weathers_alike()); 1 where bounds are never told.
   -ENOMEM. */
int comparison_alike(const struct comparison *comparison, size_t cell,
                     size_t to, double *chance);

/*
 * What the numbers say, in words: sentences of at most 300 bytes of ASCII, each
 * without a newline or full stop, most important first, cautions last. "async
 * is 12.1 times as fast as sequential (11.6 to 12.5)", "async and threaded: no
 * difference detected", ... After comparison_derive(). -ENOMEM: some are
 * missing.
 */
int comparison_conclude(const struct comparison *comparison,
                        void (*on_sentence)(void *arg, const char *sentence),
                        void *arg);

/* The same in two: what was found, and what is to be borne in mind. */
int comparison_find(const struct comparison *comparison,
                    void (*on_sentence)(void *arg, const char *sentence),
                    void *arg);
int comparison_caution(const struct comparison *comparison,
                       void (*on_sentence)(void *arg, const char *sentence),
                       void *arg);

/* "interleaved" ... */
const char *comparison_order_name(enum comparison_order order);

/* "passed", "failed", "undecided", "impossible". */
const char *comparison_verdict_name(enum comparison_verdict verdict);

/*
 * The forms. Write errors are left in the stream for its owner to find;
 * -ENOMEM: it is incomplete.
 *
 * comparison_print: for a terminal, of at most 100 columns and at least 60;
 * where it has fewer than 100, columns move below others so that there are
 * bars. What was found comes last, after what is to be borne in mind, which
 * has a quieter voice. Those of files are in exports.h.
 */
struct comparison_style {
    unsigned columns;
    bool unicode; /* bars and blocks of more than ASCII */
    bool colour;
};
int comparison_print(FILE *out, const struct comparison *comparison,
                     const struct comparison_style *style);

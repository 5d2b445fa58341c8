#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "comparison/comparison.h"

/*
 * condition: the language of --fail-if, "async.median < 0.2*sequential.median".
 * A check fails if its condition holds.
 *
 *   condition = sum ("<" | "<=" | ">" | ">=") sum
 *   sum       = product { ("+" | "-") product }        from left to right
 *   product   = factor { ("*" | "/") factor }          likewise
 *   factor    = "-" factor | "(" sum ")" | number | value
 *   number    = ( digits [ "." digits ] | "." digits ) [ unit ]
 *   unit      = "us" | "ms" | "s" | "m" | "h"          a time
 *             | "k" | "K" | "KiB" | "M" | "MiB" | "G" | "GiB"    1024 each
 *             | "%"                                    0.01
 *   value     = strategy [ "[" which { "," which } "]" ] "." field
 *   which     = digits                                 -m of the cell
 *             | "yes" | "no"                           its reuse
 *             | "h1" | "h2"                            its HTTP
 *
 * Blanks may stand between any two of these, but for a number and its unit. The
 * whole expression is quoted in a shell, which its "<" wants anyway.
 *
 * "async" names the cell of that strategy if there is a single one; else what
 * stands in brackets picks it: async[20].median, async[20,no].median.
 *
 * A field is the name of a figure: figures.list has them, with their units.
 *
 * A number without a unit may be any of them: seconds, bytes, a plain number. A
 * time cannot be compared with a size, or added to one.
 *
 * Nothing here allocates, but for condition_judge(). Any thread.
 */

enum { CONDITION_NODES = 64, CONDITION_WHY_SIZE = 512 };

enum condition_relation {
    RELATION_LESS,
    RELATION_LESS_EQUAL,
    RELATION_GREATER,
    RELATION_GREATER_EQUAL
};

/* One step of a calculation on a stack. */
struct condition_node {
    enum {
        NODE_NUMBER,
        NODE_VALUE,
        NODE_NEGATE,
        NODE_ADD,
        NODE_SUBTRACT,
        NODE_MULTIPLY,
        NODE_DIVIDE
    } kind;
    double number; /* in seconds, bytes, or plain */
    /* Of a value: where it stands in the text, and what it says. */
    size_t begin, size;
    size_t strategy_size;
    unsigned max_req; /* 0: whatever it is */
    int reuse;        /* -1: whatever it is */
    int http;         /* 0: likewise */
    size_t field;
    size_t cell; /* once it is checked */
};

/* Embedded by the caller. */
struct condition {
    const char *text;                             /* borrowed */
    struct condition_node nodes[CONDITION_NODES]; /* left side less right side,
                                                     in postfix notation */
    size_t node_count;
    enum condition_relation relation;
    enum figure_unit unit; /* of the difference */
};

/* -EINVAL: it is not of that form, or it is too long or too deep; `why`, of
   CONDITION_WHY_SIZE, says where, in printable characters. */
int condition_parse(struct condition *condition, const char *text, char *why);

/*
 * Find the cells that the condition names, before any run: of the comparison's
 * cells the strategy, max_req, reuse and http are read and nothing else.
 * -EINVAL: it names none, or several; `why` says which there are.
 */
int condition_check(struct condition *condition,
                    const struct comparison *comparison, char *why);

/*
 * Judge a comparison, whose cells are those that the condition was checked
 * with, after comparison_derive(). Fills in all of the check.
 *
 * The condition is worked out anew for STATISTICS_RESAMPLES samples, in which
 * each cell's runs are drawn from it with replacement. FAILED: it holds within
 * all of the 95 % interval of its sides' difference; PASSED: nowhere there.
 * Where a cell's ratio alone varies, that interval is the one of the ratio, by
 * ranks, that all forms show. Either has a look's share of the error
 * (comparison_error()). Of fewer than COMPARISON_RUNS_LEAST runs nothing is
 * decided, nor of fewer weathers than condition_least_weathers() what differs
 * between runs. What no run tells of, and what is the same in all of them, is
 * simply compared.
 *
 * The same comparison always gets the same verdict. -ENOMEM: *check is
 * untouched.
 */
int condition_judge(const struct condition *condition,
                    const struct comparison *comparison,
                    struct comparison_check *check);

/* So few weathers may decide it, with the comparison's looks, where it differs
   between runs; 1: no run tells of it. */
size_t condition_least_weathers(const struct condition *condition,
                                const struct comparison *comparison);

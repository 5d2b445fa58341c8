#pragma once

#include <stdbool.h>

/*
 * nesting: scopes in scopes, as a plan, and what came of it: of the thing
 * itself (test_nesting.c) and of the model (model.c).
 */

enum { MOST = 5 };
enum kind { TIMEOUT, GROUP, SHIELD, SWALLOW, KINDS };
#define NEVER 1e6

/* What happens when: in units, all at different times. */
struct plan {
    int depth;
    enum kind kinds[MOST]; /* the outermost first */
    double strikes[MOST];  /* of a timeout, and of a group's member */
    double cancelled;      /* by the program */
    int body;              /* what the innermost gives, where not cancelled */
    bool awaits;           /* between leaving two scopes */
    bool uncancels;        /* whoever swallows takes a request back, too */
};

/* What came of it: the code of each await, and that each scope was left with,
   in the order of time. */
struct outcome {
    int codes[3 * MOST + 2];
    int n;
    unsigned requests; /* in the end */
};

/* In units: of the one after leaving the level. */
static inline double length_of_await(int level)
{
    return 3 + 1.0 / 16 + level / 256.0;
}

static inline void note(struct outcome *o, int rc)
{
    o->codes[o->n++] = rc;
}

void run_model(const struct plan *p, struct outcome *o);

#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "country/codes.h"

/*
 * selection: which codes were asked for: sorted, each once.
 *
 * Ownership: selection_make() fills a struct of the caller's, who calls
 * selection_close().
 */

struct chosen {
    char code[CODE_SIZE]; /* upper case */
    bool named;           /* by itself, not (only) by a wildcard */
};

struct selection {
    struct chosen *codes;
    size_t count;
};

/* What the command line says. */
struct selection_request {
    const char *const *arguments; /* CC: one or two letters, in either case */
    size_t argument_count;
    bool all;     /* the 194 */
    bool every;   /* AA to ZZ; wins over all */
    size_t limit; /* the first so many of the sorted list; 0: no limit */
};

/*
 * One letter stands for its 26 codes, a wildcard, as all and every are. With
 * all or every, the arguments add nothing but that their codes are named.
 * Without any of the three: the 20 most populous countries, named.
 *
 * -EINVAL: *bad (unless NULL) is the first argument that is neither one nor
 * two letters A to Z. -ENOMEM. On failure `selection` is untouched.
 */
int selection_make(struct selection *selection,
                   const struct selection_request *request, const char **bad);

/* Free the codes. Harmless when repeated. */
void selection_close(struct selection *selection);

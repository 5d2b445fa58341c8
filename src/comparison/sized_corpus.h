#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "country/selection.h"

/*
 * sized_corpus: a corpus of images that are all of one size: for each code that
 * there is a flag of, a GIF of 1 by 1, and a comment that fills it up, of the
 * code, so that no two are alike; if wanted, the metadata as it is.
 */

struct sized_corpus {
    const struct selection *selection;
    const char *from; /* the corpus that tells which flags there are; "": the
                         one in the program */
    bool metadata;
    int64_t size; /* of each image; FACTORS_SIZE_LEAST bytes or more */
};

/* Write it to the new directory `root`. 0, or a negative errno value, and some
   of it may be there. */
int sized_corpus_write(const struct sized_corpus *corpus, const char *root);

#pragma once

#include "transfer/multi.h"
#include "transfer/way.h"

/*
 * way_multi: suspends the task. Borrows the transfer and the multi.
 */
struct way_multi {
    struct way way;
    struct multi *multi;
    CURL *easy; /* of the transfer that runs */
};

void way_multi_init(struct way_multi *way, struct transfer *transfer,
                    struct multi *multi);

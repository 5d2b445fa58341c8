#include "transfer/way_multi.h"

/* The way is the first member of its own kind. */
static CURLcode perform(struct way *way, CURL *easy)
{
    struct way_multi *own = (struct way_multi *)way;

    CURLcode code;

    own->easy = easy;
    code = multi_perform(own->multi, easy);
    way->cancelled = aw_task_cancelling(aw_current_task()) > 0;
    return code;
}

static void end_within(struct way *way, int64_t limit_us)
{
    multi_end_within(((struct way_multi *)way)->easy, limit_us);
}

/* The multi handle is shared. */
static void close_nothing(struct way *way)
{
    (void)way;
}

void way_multi_init(struct way_multi *way, struct transfer *transfer,
                    struct multi *multi)
{
    *way = (struct way_multi){
        .way = {.perform = perform,
                .end_within = end_within,
                .close = close_nothing,
                .transfer = transfer,
                .connections = multi_connections(multi)},
        .multi = multi,
    };
}

#include "command/commands.h"

static const struct block blocks[] = {
    BLOCK_OF_TEXT(
        "A work that is too much for one machine is done in shards: each runs "
        "`flags get --shard` with the same arguments, and writes its report "
        "with `--json=`{FILE}. `flags merge` reads the reports of all of them, "
        "in any order, and makes the whole's."),
    BLOCK_OF_TEXT(
        "The items are those of all shards, the counts their sums; the work "
        "began when the first shard did, and took as long as the one that took "
        "longest. The exit status is what one run of the whole would have "
        "had."),
    BLOCK_OF_TEXT(
        "A shard whose report is missing, is there twice, is not whole (its "
        "run was killed), or that was interrupted is named on standard error, "
        "and the status is 5; the report has what there is."),
    {.kind = BLOCK_OPTIONS},
    {.kind = BLOCK_STATUSES},
    {.kind = BLOCK_EXAMPLES},
    BLOCK_OF_TERM("`for i in 0 1 2 3; do flags get -i list --shard $i/4 "
                  "--json=$i.json; done`",
                  "Four shards, which may as well run on four machines."),
    {.kind = BLOCK_END},
};

const struct manual merge_manual = {
    .blocks = blocks,
    .statuses = MANUAL_STATUS(EXIT_STATUS_SOME) |
                MANUAL_STATUS(EXIT_STATUS_NOTHING) |
                MANUAL_STATUS(EXIT_STATUS_NOT_FOUND) |
                MANUAL_STATUS(EXIT_STATUS_DEADLINE),
};

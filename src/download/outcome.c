#include "download/outcome.h"

#include <string.h>

const char *status_name(enum status status)
{
    static const char *const names[STATUS_COUNT] = {
        [STATUS_OK] = "ok",           [STATUS_UNCHANGED] = "unchanged",
        [STATUS_SKIPPED] = "skipped", [STATUS_NOT_FOUND] = "not_found",
        [STATUS_ERROR] = "error",     [STATUS_CANCELLED] = "cancelled",
    };

    return names[status];
}

bool status_in_place(enum status status)
{
    return status == STATUS_OK || status == STATUS_UNCHANGED ||
           status == STATUS_SKIPPED;
}

struct outcome outcome_cancelled(const char *url)
{
    struct outcome outcome = {
        .status = STATUS_CANCELLED,
        .reply = {.url = url, .cause = CAUSE_CANCELLED, .text = "cancelled"},
    };

    return outcome;
}

uint64_t counts_total(const struct counts *counts)
{
    uint64_t total = 0;

    for (int i = 0; i < STATUS_COUNT; i++)
        total += counts->of[i];
    return total;
}

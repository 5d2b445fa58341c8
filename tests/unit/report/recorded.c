#include "recorded.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

struct events events;
struct record record;

void recorded_setup(void)
{
    cr_assert(eq(int, events_init(&events), 0));
    record = (struct record){0};
    record_init(&record, &events);
}

void recorded_teardown(void)
{
    record_close(&record);
    events_close(&events);
}

const struct item br = {.index = 0, .code = "BR", .subject = "BR"};
const struct item us = {.index = 1, .code = "US", .subject = "US"};
const struct item zz = {.index = 2, .code = "ZZ", .subject = "ZZ"};

const struct outcome ok = {
    .status = STATUS_OK,
    .bytes = 9443,
    .name = "br.gif",
    .reply = {.http_status = 200},
};
const struct outcome not_found = {
    .status = STATUS_NOT_FOUND,
    .reply = {.cause = CAUSE_HTTP, .http_status = 404},
};
const struct outcome cancelled = {
    .status = STATUS_CANCELLED,
    .reply = {.cause = CAUSE_CANCELLED},
};

const struct reply fresh = {
    .http_status = 200,
    .bytes = 9443,
    .from = 100,
    .local_port = 40000,
    .new_connection = true,
    .times = {.resolved_us = 10,
              .connected_us = 200,
              .first_byte_us = 5000,
              .total_us = 6000},
};

const struct reply kept = {
    .http_status = 200,
    .bytes = 50,
    .local_port = 40000,
    .times = {.connected_us = 30, .first_byte_us = 800, .total_us = 1000},
};

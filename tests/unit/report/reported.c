#include "reported.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>

struct events events;
struct written stream;

void reported_setup(void)
{
    cr_assert(eq(int, events_init(&events), 0));
    written_open(&stream);
}

void reported_teardown(void)
{
    written_close(&stream);
    events_close(&events);
}

char *written(void)
{
    return written_take(&stream);
}

const struct outcome ok = {.status = STATUS_OK, .bytes = 9443};
const struct outcome not_found = {
    .status = STATUS_NOT_FOUND,
    .reply = {.cause = CAUSE_HTTP,
              .http_status = 404,
              .reason = "Not Found",
              .text = "HTTP 404 - Not Found",
              .url = "http://127.0.0.1:8001/flags/zz/zz.gif"},
};
const struct outcome teapot = {
    .status = STATUS_ERROR,
    .reply = {.cause = CAUSE_HTTP,
              .http_status = 418,
              .reason = "I'm a Teapot",
              .text = "HTTP 418 - I'm a Teapot",
              .url = "http://127.0.0.1:8001/flags/ba/ba.gif"},
};
const struct outcome refused = {
    .status = STATUS_ERROR,
    .reply = {.cause = CAUSE_CONNECT,
              .os_error = ECONNREFUSED,
              .text = "cannot connect: Connection refused",
              .url = "http://127.0.0.1:8001/flags/br/br.gif"},
};
const struct outcome late = {
    .status = STATUS_ERROR,
    .reply = {.cause = CAUSE_TIMEOUT,
              .text = "timed out after 10 s",
              .url = "http://127.0.0.1:8001/flags/br/br.gif",
              .times = {.connected_us = 100}},
};
const struct outcome cancelled = {.status = STATUS_CANCELLED};

const struct item br = {.code = "BR", .subject = "BR", .named = true};
const struct item ba = {.code = "BA", .subject = "BA", .named = true};
const struct item zz = {.code = "ZZ", .subject = "ZZ", .named = true};
const struct item wild = {.code = "ZY", .subject = "ZY"};

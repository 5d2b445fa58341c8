#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "report/record.h"
#include "report/record_rows.h"

/* Of a time: so that whoever computes with it need not fear an overflow. */
#define TIME_MOST_US (INT64_MAX / 4096)

/* JSON has texts of Unicode, names and URLs are bytes: each becomes the
   character of its number, as in ISO 8859-1. */
static json_t *json_of(const char *bytes)
{
    json_t *made;
    char *text;
    char *to;

    if (!bytes)
        return json_null();
    text = to = calloc(2, strlen(bytes) + 1);
    if (!text)
        return NULL;
    for (; *bytes; bytes++) {
        unsigned char byte = (unsigned char)*bytes;

        if (byte >= 0x80)
            *to++ = (char)(0xc0 | byte >> 6);
        *to++ = (char)(byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte);
    }
    *to = '\0';
    made = json_string(text);
    free(text);
    return made;
}

/* The way back, the caller's to free. -EINVAL: not a text of such characters;
   -ENOMEM. */
static int bytes_of(char **bytes, const json_t *json)
{
    const char *text = json_string_value(json);
    char *to;

    *bytes = NULL;
    if (json_is_null(json))
        return 0;
    if (!text)
        return -EINVAL;
    to = *bytes = calloc(1, strlen(text) + 1);
    if (!to)
        return -ENOMEM;
    while (*text) {
        unsigned char first = (unsigned char)*text++;

        if (first > 0xc3) { /* above U+00FF */
            free(*bytes);
            *bytes = NULL;
            return -EINVAL;
        }
        if (first >= 0x80) /* the first of two, for jansson checks UTF-8 */
            first = (unsigned char)(first << 6 | (*text++ & 0x3f));
        *to++ = (char)first;
    }
    *to = '\0';
    return 0;
}

int record_print_line(FILE *out, json_t *line)
{
    int rc;

    if (!line)
        return -ENOMEM;
    errno = 0;
    rc = json_dumpf(line, out, JSON_COMPACT);
    if (rc < 0)
        rc = ferror(out) && errno ? -errno : -ENOMEM;
    else if (putc('\n', out) == EOF)
        rc = errno ? -errno : -EIO;
    json_decref(line);
    return rc;
}

static int write_item(FILE *out, size_t index, const struct record_item *item)
{
    json_t *subject = json_of(item->subject);
    json_t *name = json_of(item->name);

    if (!subject || !name) {
        json_decref(subject);
        json_decref(name);
        return -ENOMEM;
    }
    return record_print_line(
        out,
        json_pack(
            "{s:I, s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "item",
            (json_int_t)index, "status", (int)item->status, "cause",
            (int)item->cause, "http_status", (json_int_t)item->http_status,
            "bytes", (json_int_t)item->bytes, "attempts",
            (json_int_t)item->attempts, "worker", (json_int_t)item->worker,
            "started_us", (json_int_t)item->started_us, "final_us",
            (json_int_t)item->final_us, "subject", subject, "name", name));
}

static int write_request(FILE *out, const struct record_request *request)
{
    return record_print_line(
        out,
        json_pack(
            "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:I, s:I, s:I, s:I,"
            " s:b}",
            "request", (json_int_t)request->item, "attempt",
            (json_int_t)request->attempt, "number", (json_int_t)request->number,
            "worker", (json_int_t)request->worker, "start_us",
            (json_int_t)request->start_us, "connected_us",
            (json_int_t)request->connected_us, "first_byte_us",
            (json_int_t)request->first_byte_us, "end_us",
            (json_int_t)request->end_us, "cause", (int)request->cause,
            "http_status", (json_int_t)request->http_status, "bytes",
            (json_int_t)request->bytes, "from", (json_int_t)request->from,
            "local_port", (json_int_t)request->local_port, "new_connection",
            (int)request->new_connection));
}

int record_write(FILE *out, const struct record *record)
{
    int rc = record_print_line(
        out, json_pack("{s:I, s:I, s:i}", "first_us",
                       (json_int_t)record->first_us, "last_us",
                       (json_int_t)record->last_us, "error", record->error));

    for (size_t i = 0; rc >= 0 && i < record->item_count; i++)
        rc = write_item(out, i, &record->items[i]);
    for (size_t i = 0; rc >= 0 && i < record->request_count; i++)
        rc = write_request(out, &record->requests[i]);
    return rc;
}

static bool is_within(json_int_t value, json_int_t least, json_int_t most)
{
    return value >= least && value <= most;
}

static bool is_time(json_int_t us)
{
    return is_within(us, -1, TIME_MOST_US);
}

static int read_run(struct record *record, json_t *line)
{
    json_int_t first_us;
    json_int_t last_us;
    json_int_t error;

    if (json_unpack(line, "{s:I, s:I, s:I !}", "first_us", &first_us, "last_us",
                    &last_us, "error", &error) < 0 ||
        !is_time(first_us) || !is_time(last_us) ||
        !is_within(error, INT_MIN, 0))
        return -EINVAL;
    record->first_us = first_us;
    record->last_us = last_us;
    record->error = (int)error;
    return 1;
}

static int add_item(struct record *record, struct record_item *item,
                    const json_t *subject, const json_t *name)
{
    int rc = bytes_of(&item->subject, subject);

    if (rc == 0)
        rc = bytes_of(&item->name, name);
    if (rc == 0)
        rc = record_add_item(record);
    if (rc < 0) {
        free(item->subject);
        free(item->name);
        return rc;
    }
    record->items[record->item_count - 1] = *item;
    return 1;
}

static int read_item(struct record *record, json_t *line)
{
    json_int_t index;
    json_int_t status;
    json_int_t cause;
    json_int_t http;
    json_int_t bytes;
    json_int_t attempts;
    json_int_t worker;
    json_int_t started_us;
    json_int_t final_us;
    json_t *subject;
    json_t *name;

    /* Only the next one: no number in a line decides on memory. */
    if (json_unpack(
            line, "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o !}",
            "item", &index, "status", &status, "cause", &cause, "http_status",
            &http, "bytes", &bytes, "attempts", &attempts, "worker", &worker,
            "started_us", &started_us, "final_us", &final_us, "subject",
            &subject, "name", &name) < 0 ||
        index != (json_int_t)record->item_count ||
        !is_within(status, 0, STATUS_COUNT - 1) ||
        !is_within(cause, 0, CAUSE_LOCAL) || !is_within(http, 0, LONG_MAX) ||
        bytes < 0 || !is_within(attempts, 0, UINT_MAX) ||
        !is_within(worker, 0, UINT_MAX) || !is_time(started_us) ||
        !is_time(final_us))
        return -EINVAL;
    struct record_item item = {
        .status = (enum status)status,
        .cause = (enum cause)cause,
        .http_status = (long)http,
        .bytes = bytes,
        .attempts = (unsigned)attempts,
        .worker = (unsigned)worker,
        .started_us = started_us,
        .final_us = final_us,
    };
    return add_item(record, &item, subject, name);
}

/* Whether the times are in their order, and the request in its own. */
static bool is_in_order(const struct record *record,
                        const struct record_request *request)
{
    int64_t at_us = request->start_us;

    if (request->connected_us >= 0 && request->connected_us < at_us)
        return false;
    if (request->connected_us >= 0)
        at_us = request->connected_us;
    if (request->first_byte_us >= 0 && request->first_byte_us < at_us)
        return false;
    if (request->first_byte_us >= 0)
        at_us = request->first_byte_us;
    if (request->end_us < at_us)
        return false;
    return record->request_count == 0 ||
           request->end_us >=
               record->requests[record->request_count - 1].end_us;
}

/* The fields' values as numbers, in the order of write_request(). */
struct request_line {
    json_int_t item, attempt, number, worker;
    json_int_t start_us, connected_us, first_byte_us, end_us;
    json_int_t cause, http_status, bytes, from, local_port;
    int new_connection;
};

static bool is_request(const struct record *record,
                       const struct request_line *read)
{
    return is_within(read->item, 0, (json_int_t)record->item_count - 1) &&
           is_within(read->attempt, 0, UINT_MAX) &&
           is_within(read->number, 0, UINT_MAX) &&
           is_within(read->worker, 0, UINT_MAX) &&
           is_within(read->start_us, 0, TIME_MOST_US) &&
           is_time(read->connected_us) && is_time(read->first_byte_us) &&
           is_within(read->end_us, 0, TIME_MOST_US) &&
           is_within(read->cause, 0, CAUSE_LOCAL) &&
           is_within(read->http_status, 0, LONG_MAX) && read->bytes >= 0 &&
           read->from >= 0 && is_within(read->local_port, 0, 65535);
}

static int read_request(struct record *record, json_t *line)
{
    struct request_line read;
    int rc;

    if (json_unpack(line,
                    "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
                    "s:I, s:I, s:b"
                    " !}",
                    "request", &read.item, "attempt", &read.attempt, "number",
                    &read.number, "worker", &read.worker, "start_us",
                    &read.start_us, "connected_us", &read.connected_us,
                    "first_byte_us", &read.first_byte_us, "end_us",
                    &read.end_us, "cause", &read.cause, "http_status",
                    &read.http_status, "bytes", &read.bytes, "from", &read.from,
                    "local_port", &read.local_port, "new_connection",
                    &read.new_connection) < 0 ||
        !is_request(record, &read))
        return -EINVAL;
    struct record_request request = {
        .item = (size_t)read.item,
        .attempt = (unsigned)read.attempt,
        .number = (unsigned)read.number,
        .worker = (unsigned)read.worker,
        .start_us = read.start_us,
        .connected_us = read.connected_us,
        .first_byte_us = read.first_byte_us,
        .end_us = read.end_us,
        .cause = (enum cause)read.cause,
        .http_status = (long)read.http_status,
        .bytes = read.bytes,
        .from = read.from,
        .local_port = (long)read.local_port,
        .new_connection = read.new_connection != 0,
    };
    if (!is_in_order(record, &request))
        return -EINVAL;
    rc = record_add_request(record, &request);
    return rc < 0 ? rc : 1;
}

int record_read(struct record *record, json_t *line)
{
    if (json_object_get(line, "first_us"))
        return read_run(record, line);
    if (json_object_get(line, "item"))
        return read_item(record, line);
    if (json_object_get(line, "request"))
        return read_request(record, line);
    return 0;
}

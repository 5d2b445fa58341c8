#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "report/record.h"
#include "report/record_rows.h"

/*
 * Three kinds of lines: the run's, one an item by its index, one a request:
 *
 *   record run FIRST LAST ERROR
 *   record item INDEX STATUS CAUSE HTTP BYTES ATTEMPTS WORKER STARTED FINAL
 *       SUBJECT NAME
 *   record request ITEM ATTEMPT NUMBER WORKER START CONNECTED FIRST_BYTE END
 *       CAUSE HTTP BYTES PORT NEW
 *
 * A text is a colon and itself, with %XX for what would end it or the line; a
 * dash is no text.
 */

/* Of a time: so that whoever computes with it need not fear an overflow. */
#define TIME_MOST_US (INT64_MAX / 4096)

static void write_text(FILE *out, const char *text)
{
    fputs(text ? " :" : " -", out);
    for (; text && *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte <= ' ' || byte == '%' || byte == 0x7f)
            fprintf(out, "%%%02x", byte);
        else
            putc(byte, out);
    }
}

static void write_item(FILE *out, size_t index, const struct record_item *item)
{
    fprintf(out,
            "record item %zu %d %d %ld %" PRId64 " %u %u %" PRId64 " %" PRId64,
            index, (int)item->status, (int)item->cause, item->http_status,
            item->bytes, item->attempts, item->worker, item->started_us,
            item->final_us);
    write_text(out, item->subject);
    write_text(out, item->name);
    putc('\n', out);
}

static void write_request(FILE *out, const struct record_request *request)
{
    fprintf(out,
            "record request %zu %u %u %u %" PRId64 " %" PRId64 " %" PRId64
            " %" PRId64 " %d %ld %" PRId64 " %ld %d\n",
            request->item, request->attempt, request->number, request->worker,
            request->start_us, request->connected_us, request->first_byte_us,
            request->end_us, (int)request->cause, request->http_status,
            request->bytes, request->local_port, request->new_connection);
}

void record_write(FILE *out, const struct record *record)
{
    fprintf(out, "record run %" PRId64 " %" PRId64 " %d\n", record->first_us,
            record->last_us, record->error);
    for (size_t i = 0; i < record->item_count; i++)
        write_item(out, i, &record->items[i]);
    for (size_t i = 0; i < record->request_count; i++)
        write_request(out, &record->requests[i]);
}

/* Where the reading of a line is. Once `broken`, nothing more is read. */
struct cursor {
    const char *at;
    bool broken;
};

/* The next field as a number from `least` to `most`. */
static int64_t read_number(struct cursor *cursor, int64_t least, int64_t most)
{
    char *end = NULL;
    long long value;

    /* strtoll() would let more blanks and a plus through. */
    if (cursor->broken || cursor->at[0] != ' ' ||
        !(cursor->at[1] == '-' ||
          (cursor->at[1] >= '0' && cursor->at[1] <= '9')))
        goto broken;
    errno = 0;
    value = strtoll(cursor->at + 1, &end, 10);
    if (errno != 0 || end == cursor->at + 1 || value < least || value > most)
        goto broken;
    cursor->at = end;
    return value;

broken:
    cursor->broken = true;
    return 0;
}

static int64_t read_time(struct cursor *cursor)
{
    return read_number(cursor, -1, TIME_MOST_US);
}

static unsigned read_unsigned(struct cursor *cursor)
{
    return (unsigned)read_number(cursor, 0, UINT_MAX);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undo write_text()'s %XX in place. False: it is broken. */
static bool unescape(char *text)
{
    char *to = text;

    for (; *text; text++) {
        int high;
        int low;

        if (*text != '%') {
            *to++ = *text;
            continue;
        }
        high = hex_digit(text[1]);
        low = high < 0 ? -1 : hex_digit(text[2]);
        if (low < 0 || high * 16 + low == 0)
            return false;
        *to++ = (char)(high * 16 + low);
        text += 2;
    }
    *to = '\0';
    return true;
}

/* The next field as a text, the caller's to free; NULL where there is none.
   -ENOMEM. */
static int read_text(struct cursor *cursor, char **text)
{
    const char *from;
    size_t length;

    *text = NULL;
    if (cursor->broken)
        return 0;
    if (strncmp(cursor->at, " -", 2) == 0) {
        cursor->at += 2;
        return 0;
    }
    if (strncmp(cursor->at, " :", 2) != 0) {
        cursor->broken = true;
        return 0;
    }
    from = cursor->at + 2;
    length = strcspn(from, " \n");
    *text = strndup(from, length);
    if (!*text)
        return -ENOMEM;
    cursor->at = from + length;
    cursor->broken = !unescape(*text);
    return 0;
}

/* Whether the line was whole, and no more than that. */
static bool is_at_end(const struct cursor *cursor)
{
    return !cursor->broken &&
           (cursor->at[0] == '\0' ||
            (cursor->at[0] == '\n' && cursor->at[1] == '\0'));
}

static int read_run(struct record *record, struct cursor *cursor)
{
    int64_t first_us = read_time(cursor);
    int64_t last_us = read_time(cursor);
    int error = (int)read_number(cursor, INT_MIN, 0);

    if (!is_at_end(cursor))
        return -EINVAL;
    record->first_us = first_us;
    record->last_us = last_us;
    record->error = error;
    return 1;
}

static int read_item(struct record *record, struct cursor *cursor)
{
    /* Only the next one: no number in a line decides on memory. */
    int64_t count = (int64_t)record->item_count;
    struct record_item item = {0};
    int rc;

    read_number(cursor, count, count);
    item.status = (enum status)read_number(cursor, 0, STATUS_COUNT - 1);
    item.cause = (enum cause)read_number(cursor, 0, CAUSE_LOCAL);
    item.http_status = (long)read_number(cursor, 0, LONG_MAX);
    item.bytes = read_number(cursor, 0, INT64_MAX);
    item.attempts = read_unsigned(cursor);
    item.worker = read_unsigned(cursor);
    item.started_us = read_time(cursor);
    item.final_us = read_time(cursor);
    rc = read_text(cursor, &item.subject);
    if (rc == 0)
        rc = read_text(cursor, &item.name);
    if (rc == 0 && !is_at_end(cursor))
        rc = -EINVAL;
    if (rc == 0)
        rc = record_add_item(record);
    if (rc < 0) {
        free(item.subject);
        free(item.name);
        return rc;
    }
    record->items[record->item_count - 1] = item;
    return 1;
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

static int read_request(struct record *record, struct cursor *cursor)
{
    struct record_request request = {0};
    int rc;

    request.item =
        (size_t)read_number(cursor, 0, (int64_t)record->item_count - 1);
    request.attempt = read_unsigned(cursor);
    request.number = read_unsigned(cursor);
    request.worker = read_unsigned(cursor);
    request.start_us = read_number(cursor, 0, TIME_MOST_US);
    request.connected_us = read_time(cursor);
    request.first_byte_us = read_time(cursor);
    request.end_us = read_number(cursor, 0, TIME_MOST_US);
    request.cause = (enum cause)read_number(cursor, 0, CAUSE_LOCAL);
    request.http_status = (long)read_number(cursor, 0, LONG_MAX);
    request.bytes = read_number(cursor, 0, INT64_MAX);
    request.local_port = (long)read_number(cursor, 0, 65535);
    request.new_connection = read_number(cursor, 0, 1) == 1;
    if (!is_at_end(cursor) || !is_in_order(record, &request))
        return -EINVAL;
    rc = record_add_request(record, &request);
    return rc < 0 ? rc : 1;
}

int record_read(struct record *record, const char *line)
{
    static const struct {
        const char *word;
        int (*read)(struct record *record, struct cursor *cursor);
    } kinds[] = {
        {"run", read_run}, {"item", read_item}, {"request", read_request}};
    static const char prefix[] = "record ";

    if (strncmp(line, prefix, strlen(prefix)) != 0)
        return 0;
    line += strlen(prefix);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t length = strlen(kinds[i].word);

        if (strncmp(line, kinds[i].word, length) == 0) {
            struct cursor cursor = {.at = line + length};

            return kinds[i].read(record, &cursor);
        }
    }
    return -EINVAL;
}

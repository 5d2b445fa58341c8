#include "transfer/intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 4096 };

void intake_begin(struct intake *intake, const struct intake_sinks *sinks)
{
    intake->length = 0;
    intake->bytes = 0;
    intake->from = 0;
    intake->handed_on = false;
    intake->sinks = sinks;
}

void intake_close(struct intake *intake)
{
    free(intake->buffer);
    *intake = (struct intake){0};
}

int64_t intake_limit(const struct intake_sinks *sinks)
{
    int64_t limit = sinks->file ? INT64_MAX : INTAKE_BUFFER;

    return sinks->limit > 0 && sinks->limit < limit ? sinks->limit : limit;
}

/* Room for `count` more, within INTAKE_BUFFER. */
static int grow(struct intake *intake, size_t count)
{
    size_t capacity = intake->capacity ? intake->capacity : FIRST_CAPACITY;
    char *buffer;

    while (capacity < intake->length + count)
        capacity *= 2;
    if (capacity == intake->capacity)
        return 0;
    buffer = realloc(intake->buffer, capacity);
    if (!buffer)
        return -ENOMEM;
    intake->buffer = buffer;
    intake->capacity = capacity;
    return 0;
}

int intake_end(struct intake *intake)
{
    int rc = 0;

    if (intake->length == 0)
        return 0;
    if (intake->sinks->content)
        rc =
            content_add(intake->sinks->content, intake->buffer, intake->length);
    if (rc == 0 && intake->sinks->digest)
        rc = digest_sum_add(intake->sinks->digest, intake->buffer,
                            intake->length);
    return rc;
}

int intake_store(struct intake *intake, struct save_file *file)
{
    int rc = file->fd < 0 ? save_create(file) : 0;

    if (rc == 0 && intake->length > 0)
        rc = save_write(file, intake->buffer, intake->length);
    intake->length = 0;
    return rc;
}

int intake_flush(struct intake *intake)
{
    int rc = intake_end(intake);

    if (rc == 0)
        rc = intake_store(intake, intake->sinks->file);
    intake->handed_on = true;
    return rc;
}

int intake_add(struct intake *intake, const void *bytes, size_t count)
{
    const char *at = bytes;
    int rc = 0;

    intake->bytes += (int64_t)count;
    if (intake->bytes > intake_limit(intake->sinks) - intake->from)
        return -EMSGSIZE;
    while (count > 0 && rc == 0) {
        size_t room = INTAKE_BUFFER - intake->length;
        size_t taken = count < room ? count : room;

        if (taken == 0) {
            rc = intake_flush(intake); /* in one piece */
            continue;
        }
        rc = grow(intake, taken);
        if (rc < 0)
            break;
        memcpy(intake->buffer + intake->length, at, taken);
        intake->length += taken;
        at += taken;
        count -= taken;
    }
    return rc;
}

#include "download/manifest/writer.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock/clock.h"
#include "download/manifest/entry.h"

enum {
    GATHERED_MOST = 16 * 1024 * 1024, /* where the lock is not to be had */
    AGAIN_US = 20000,
    COMPACT_LEAST = 1024 * 1024
};

/* Under the lock: until that time, a change, or for no reason at all. */
static void wait_until(struct manifest_writer *writer, int64_t until_us)
{
    const struct timespec until = {
        .tv_sec = (time_t)(until_us / 1000000),
        .tv_nsec = (long)(until_us % 1000000) * 1000,
    };

    pthread_cond_clockwait(&writer->changed, &writer->lock, CLOCK_MONOTONIC,
                           &until);
}

static void fail(struct manifest_writer *writer, int rc)
{
    if (writer->error == 0)
        writer->error = rc;
}

static void note_growth(struct manifest_writer *writer,
                        const struct manifest_growth *growth)
{
    if (!writer->has_grown)
        writer->growth.before = growth->before;
    writer->growth.after = growth->after;
    writer->has_grown = true;
}

/* Under the lock, which is let go meanwhile: append all of `lines`. */
static void append(struct manifest_writer *writer, struct manifest_lines *lines)
{
    int64_t end_us = 0; /* once the writer is closing */
    int rc;

    for (;;) {
        struct manifest_growth growth = {0, 0};

        pthread_mutex_unlock(&writer->lock);
        rc = manifest_file_append(save_dir_fd(writer->dir), lines->text,
                                  lines->bytes, &growth);
        pthread_mutex_lock(&writer->lock);
        if (rc == 0)
            note_growth(writer, &growth);
        if (rc != -EAGAIN)
            break;
        if ((writer->closing || !writer->has_thread) && end_us == 0)
            end_us = clock_monotonic_us() + MANIFEST_LOCK_US;
        if (end_us && clock_monotonic_us() >= end_us) {
            rc = -EBUSY;
            break;
        }
        wait_until(writer, clock_monotonic_us() + AGAIN_US);
    }
    if (rc < 0)
        fail(writer, rc);
    lines->bytes = 0;
}

/* Under the lock: append what is gathered. */
static void flush(struct manifest_writer *writer)
{
    struct manifest_lines lines = writer->gathered;

    writer->gathered = (struct manifest_lines){0};
    append(writer, &lines);
    free(lines.text);
}

static bool is_due(const struct manifest_writer *writer)
{
    return writer->closing || writer->gathered.bytes >= MANIFEST_GATHER_BYTES ||
           clock_monotonic_us() - writer->since_us >= MANIFEST_GATHER_US;
}

static void *write_lines(void *arg)
{
    struct manifest_writer *writer = arg;

    pthread_mutex_lock(&writer->lock);
    while (!writer->closing || writer->gathered.bytes > 0) {
        if (writer->gathered.bytes == 0)
            pthread_cond_wait(&writer->changed, &writer->lock);
        else if (is_due(writer))
            flush(writer);
        else
            wait_until(writer, writer->since_us + MANIFEST_GATHER_US);
    }
    pthread_mutex_unlock(&writer->lock);
    return NULL;
}

/* Add a line. -ENOMEM; -EBUSY: too much is waiting already. */
static int gather(struct manifest_lines *lines, const char *line, size_t bytes)
{
    size_t needed = (lines->bytes ? lines->bytes : 1) + bytes;

    if (needed > GATHERED_MOST)
        return -EBUSY;
    if (needed > lines->room) {
        size_t room = needed < MANIFEST_GATHER_BYTES / 8
                          ? MANIFEST_GATHER_BYTES / 8
                          : 2 * needed;
        char *text = realloc(lines->text, room);

        if (!text)
            return -ENOMEM;
        lines->text = text;
        lines->room = room;
    }
    if (lines->bytes == 0)
        lines->text[lines->bytes++] = '\n';
    memcpy(lines->text + lines->bytes, line, bytes);
    lines->bytes += bytes;
    return 0;
}

/* The line of an item that is in place; NULL: no memory. */
static char *line_of(const struct manifest_writer *writer,
                     const struct event *event, size_t *bytes)
{
    const struct outcome *outcome = event->outcome;
    char *url = manifest_url(event->item->url, writer->started);
    char *line = NULL;

    if (url)
        line = manifest_entry_write(
            &(struct manifest_entry){
                .name = outcome->name,
                .url = url,
                .status = outcome->reply.http_status,
                .bytes = outcome->bytes,
                .digest = outcome->digest,
                .etag = outcome->reply.etag,
                .last_modified = outcome->reply.last_modified,
            },
            bytes);
    free(url);
    return line;
}

/* Signals are for the threads that there were. */
static bool start_thread(struct manifest_writer *writer)
{
    sigset_t all;
    sigset_t before;
    bool started;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    started = pthread_create(&writer->thread, NULL, write_lines, writer) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

/* Under the lock. `line` NULL: no memory. */
static void gather_line(struct manifest_writer *writer, const char *line,
                        size_t bytes)
{
    bool first = writer->gathered.bytes == 0;
    int rc = line ? gather(&writer->gathered, line, bytes) : -ENOMEM;

    if (rc < 0)
        fail(writer, rc);
    if (rc == 0 && first)
        writer->since_us = clock_monotonic_us();
    if (writer->gathered.bytes >= MANIFEST_GATHER_BYTES && !writer->has_thread)
        flush(writer);
    else if (first || writer->gathered.bytes >= MANIFEST_GATHER_BYTES)
        pthread_cond_signal(&writer->changed);
}

void manifest_writer_add(struct manifest_writer *writer,
                         const struct manifest_entry *entry)
{
    size_t bytes = 0;
    char *line = manifest_entry_write(entry, &bytes);

    pthread_mutex_lock(&writer->lock);
    gather_line(writer, line, bytes);
    pthread_mutex_unlock(&writer->lock);
    free(line);
}

static void on_final(void *arg, const struct event *event)
{
    struct manifest_writer *writer = arg;
    size_t bytes = 0;
    char *line;

    if (event->outcome->status != STATUS_OK)
        return;
    line = line_of(writer, event, &bytes);
    pthread_mutex_lock(&writer->lock);
    if (!writer->begun)
        writer->has_thread = start_thread(writer);
    writer->begun = true;
    gather_line(writer, line, bytes);
    pthread_mutex_unlock(&writer->lock);
    free(line);
}

int manifest_writer_open(struct manifest_writer *writer, struct save_dir *dir)
{
    int rc = manifest_file_check(save_dir_fd(dir));

    if (rc < 0)
        return rc;
    *writer = (struct manifest_writer){.dir = dir};
    rc = -pthread_mutex_init(&writer->lock, NULL);
    if (rc < 0)
        return rc;
    rc = -pthread_cond_init(&writer->changed, NULL);
    if (rc < 0)
        pthread_mutex_destroy(&writer->lock);
    return rc;
}

void manifest_writer_listen(struct manifest_writer *writer,
                            const struct endpoint *started,
                            struct events *events)
{
    writer->started = started;
    writer->sink = (struct event_sink){
        .on_event = on_final,
        .arg = writer,
        .kinds = EVENT_BIT(EVENT_FINAL),
    };
    events_add(events, &writer->sink);
}

/* Whether the file's size has come to another power of two, so that looking for
   what is superseded costs as much as writing it did. */
static bool has_doubled(const struct manifest_growth *growth)
{
    off_t power = COMPACT_LEAST;

    if (growth->before == 0 || growth->after < power)
        return false;
    while (power <= growth->after / 2)
        power *= 2;
    return growth->before < power;
}

int manifest_writer_close(struct manifest_writer *writer)
{
    pthread_mutex_lock(&writer->lock);
    writer->closing = true;
    pthread_cond_signal(&writer->changed);
    if (!writer->has_thread && writer->gathered.bytes > 0)
        flush(writer);
    pthread_mutex_unlock(&writer->lock);
    if (writer->has_thread)
        pthread_join(writer->thread, NULL);
    if (writer->error == 0 && has_doubled(&writer->growth))
        writer->error = manifest_file_compact(writer->dir);
    pthread_cond_destroy(&writer->changed);
    pthread_mutex_destroy(&writer->lock);
    free(writer->gathered.text);
    return writer->error;
}

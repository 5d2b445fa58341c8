#include "download/download_one.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "download/again.h"
#include "download/compute.h"
#include "download/metadata.h"
#include "download/name.h"
#include "transfer/content.h"
#include "transfer/continuation.h"

/* What the steps of one attempt share. */
struct download {
    const struct attempt *attempt;
    struct way *way;
    struct digest_sum *digest; /* the worker's */
    const struct download_options *options;
    struct events *events;
    int64_t started_us;
    struct save_file file;
    struct content content;
    struct continuation kept; /* of the image */
    struct known *known;      /* asked for only if it has changed; NULL: it is
                                 not known */
};

enum { NOT_MODIFIED = 304 };

static void emit(struct download *download, struct event event)
{
    event.item = download->attempt->item;
    event.attempt = download->attempt->number;
    event.worker = download->attempt->worker;
    events_emit(download->events, &event);
}

static void on_first_byte(void *arg)
{
    emit(arg, (struct event){.kind = EVENT_FIRST_BYTE});
}

/* What is left of the attempt's time; 0: no limit; at least 1. */
static int64_t time_left_us(const struct download *download)
{
    int64_t left_us = download->attempt->timeout_us;

    if (left_us == 0)
        return 0;
    left_us -= events_now_us(download->events) - download->started_us;
    return left_us > 1 ? left_us : 1;
}

/* One request; for what is `known`, NULL: nothing, if it has changed. True: the
   answer is there, complete. */
static bool request(struct download *download, const char *url,
                    const struct intake_sinks *sinks, const struct known *known,
                    struct reply *reply)
{
    const struct transfer_request wanted = {
        .url = url,
        .timeout_us = time_left_us(download),
        .limit_us = download->attempt->timeout_us,
        .attempt = download->attempt->number,
        .etag = known ? known->etag : NULL,
        .last_modified = known ? known->last_modified : NULL,
        .continuation =
            sinks->file && download->options->limits.retry.retries > 0
                ? &download->kept
                : NULL,
        .sinks = *sinks,
        .on_first_byte = events_wants(download->events, EVENT_FIRST_BYTE)
                             ? on_first_byte
                             : NULL,
        .arg = download,
    };

    transfer_perform(download->way->transfer, download->way, &wanted, reply);
    emit(download, (struct event){.kind = EVENT_TRANSFERRED, .reply = reply});
    return reply->cause == CAUSE_NONE;
}

/* Whether what came may be called by the file's name. */
static bool check(struct download *download, struct reply *reply)
{
    char text[CONTENT_TEXT_SIZE];
    const char *wrong;

    if (!download->options->verify_content)
        return true;
    if (reply->from + reply->bytes == 0)
        wrong = "the body is empty";
    else
        wrong = content_wrong(&download->content, text);
    if (wrong)
        reply_fail(reply, CAUSE_CONTENT, "%s", wrong);
    return !wrong;
}

/* The image, to its file. */
static bool request_image(struct download *download, struct reply *reply)
{
    struct intake_sinks sinks = {
        .file = &download->file,
        .limit = download->options->max_bytes,
    };
    bool complete;

    if (download->options->digest && digest_sum_begin(download->digest) < 0) {
        reply_fail(reply, CAUSE_LOCAL, "out of memory");
        return false;
    }
    if (download->options->digest)
        sinks.digest = download->digest;

    if (download->options->verify_content) {
        content_begin(&download->content, download->attempt->item->name);
        sinks.content = &download->content;
    }
    complete = request(download, download->attempt->item->url, &sinks,
                       download->known, reply) &&
               (reply->http_status == NOT_MODIFIED || check(download, reply));
    content_close(&download->content);
    return complete;
}

/* Ask for the metadata and name the file after the country that it tells. */
static bool fetch_name(struct download *download, struct reply *reply,
                       char name[SAVE_NAME_SIZE])
{
    char country[METADATA_COUNTRY_SIZE];
    char text[METADATA_TEXT_SIZE];
    const struct intake_sinks memory = {0};
    const char *wrong;
    const void *body;
    size_t bytes;
    int rc;

    if (!request(download, download->attempt->item->metadata_url, &memory, NULL,
                 reply))
        return false;
    body = transfer_body(download->way->transfer, &bytes);
    wrong = bytes > 0 ? metadata_country(body, bytes, country, text)
                      : "it is empty";
    if (wrong) {
        reply_fail(reply, CAUSE_METADATA, "bad metadata: %s", wrong);
        return false;
    }
    name_by_country(name, country, download->attempt->item->code,
                    download->attempt->item->name, download->options->compat);
    rc = save_claim(download->options->output, name);
    if (rc == -EEXIST)
        reply_fail(reply, CAUSE_SAVE, "another item is named '%s' too", name);
    else if (rc < 0)
        reply_fail_save(reply, rc);
    return rc == 0;
}

/* The same; an answer that decides nothing leaves the image's. Its texts are to
   be on the stack only of an item that has metadata. */
__attribute__((noinline)) static bool name_by_metadata(
    struct download *download, struct reply *reply, char name[SAVE_NAME_SIZE])
{
    struct reply metadata;
    bool named = fetch_name(download, &metadata, name);

    if (!named)
        *reply = metadata;
    return named;
}

/* The file's digest is complete, too. */
static bool sum_up(struct download *download, struct outcome *outcome)
{
    if (!download->options->digest ||
        digest_sum_end(download->digest, &outcome->digest) == 0)
        return true;
    reply_fail(&outcome->reply, CAUSE_LOCAL, "out of memory");
    return false;
}

/* The file is as the server has it. */
static bool leave(struct download *download, struct outcome *outcome)
{
    const struct known *known = download->known;

    if (again_claim(download->options->again, download->attempt->item, known) <
        0) {
        reply_fail(&outcome->reply, CAUSE_SAVE,
                   "another item is named '%s' too", known->name);
        return false;
    }
    memcpy(outcome->name, known->name, sizeof(outcome->name));
    outcome->bytes = known->bytes;
    outcome->digest = known->digest;
    outcome->status = STATUS_UNCHANGED;
    return true;
}

/* The steps. True: the file is in place, under outcome->name. */
static bool fetch(struct download *download, struct outcome *outcome)
{
    const struct item *item = download->attempt->item;
    struct transfer *transfer = download->way->transfer;
    struct reply *reply = &outcome->reply;
    int64_t bytes;
    int rc;

    if (!request_image(download, reply)) {
        if (reply->cause == CAUSE_HTTP && reply->http_status == 404)
            outcome->status = STATUS_NOT_FOUND;
        return false;
    }
    if (reply->http_status == NOT_MODIFIED)
        return leave(download, outcome);
    bytes = reply->from + reply->bytes;
    compute(download->options->work_us);
    rc = transfer_store(transfer, &download->file);
    if (rc < 0) {
        reply_fail_save(reply, rc);
        return false;
    }
    if (!sum_up(download, outcome))
        return false;
    if (item->metadata_url) {
        if (!name_by_metadata(download, reply, outcome->name))
            return false;
    } else {
        /* As in save.c, not by printf(). It is zeros. */
        memccpy(outcome->name, item->name, '\0', sizeof(outcome->name) - 1);
    }
    rc = save_commit(&download->file, outcome->name);
    if (rc < 0) {
        reply_fail_save(reply, rc);
        return false;
    }
    outcome->bytes = bytes;
    outcome->status = STATUS_OK;
    return true;
}

/* Take over what the attempt before has left. */
static void take_kept(struct download *download)
{
    struct item *item = download->attempt->item;

    if (item->continuation)
        download->kept = *item->continuation;
    free(item->continuation);
    item->continuation = NULL;
    download->kept.dir = download->options->output;
    download->kept.number = item->index;
}

/* Leave to the next attempt, if there may be one, what is kept. */
static void leave_kept(struct download *download)
{
    struct item *item = download->attempt->item;
    struct continuation *kept = &download->kept;

    if (kept->bytes > 0 &&
        download->attempt->number <= download->options->limits.retry.retries)
        item->continuation = malloc(sizeof(*kept));
    if (item->continuation)
        *item->continuation = *kept;
    else
        continuation_drop(kept);
}

/* Without memory for it, it is not known. */
static struct known *find_known(const struct again *again,
                                const struct item *item)
{
    struct known *known = malloc(sizeof(*known));

    if (known && again_find(again, item, known))
        return known;
    free(known);
    return NULL;
}

/* What it has on the stack while it waits, and what its calls add before, is
   to fit into one page. */
void download_one(const struct attempt *attempt, struct way *way,
                  struct digest_sum *digest,
                  const struct download_options *options, struct events *events,
                  struct outcome *outcome)
{
    struct download download = {
        .attempt = attempt,
        .way = way,
        .digest = digest,
        .options = options,
        .events = events,
        .started_us = events_now_us(events),
        .file = save_file(options->output, attempt->worker),
    };
    bool complete;

    memset(outcome, 0, sizeof(*outcome));
    outcome->status = STATUS_ERROR;
    /* What fails before its first request is told with the item's URL. */
    outcome->reply.url = attempt->item->url;
    emit(&download, (struct event){.kind = EVENT_STARTED});
    if (options->again && !options->again->skips)
        download.known = find_known(options->again, attempt->item);
    take_kept(&download);
    complete = fetch(&download, outcome);
    leave_kept(&download);
    free(download.known);
    if (complete) {
        if (outcome->status == STATUS_OK)
            emit(&download,
                 (struct event){.kind = EVENT_SAVED, .name = outcome->name});
        return;
    }
    save_discard(&download.file);
    outcome->name[0] = '\0';
    outcome->digest = (struct digest){0};
    if (outcome->reply.cause == CAUSE_CANCELLED)
        outcome->status = STATUS_CANCELLED;
}

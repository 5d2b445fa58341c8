#include "transfer/continuation.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

/* RFC 9110, 8.8.2.2: else it may have changed twice within that second. */
static bool is_strong_date(const struct head *head)
{
    time_t modified = curl_getdate(head->last_modified, NULL);
    time_t date = curl_getdate(head->date, NULL);

    return head->last_modified[0] && head->date[0] && modified >= 0 &&
           date >= 0 && date - modified >= 1;
}

/* RFC 9110, 8.8.3: an opaque tag in quotes; a weak one has W/ before. */
static bool is_strong_tag(const char *etag)
{
    size_t length = strlen(etag);

    return length >= 2 && etag[0] == '"' && etag[length - 1] == '"';
}

/* What tells the whole from another. False: nothing does. */
static bool begin(struct continuation *kept, const struct head *head)
{
    bool by_tag = is_strong_tag(head->etag);
    struct continuation_answer *answer = kept->answer;

    /* A weak one says that what comes may differ, whatever the date. */
    if (!by_tag && (head->etag[0] || !is_strong_date(head)))
        return false;
    if (!answer)
        answer = kept->answer = calloc(1, sizeof(*answer));
    if (!answer)
        return false;
    kept->whole = head->chunked ? -1 : head->length;
    answer->by_date = !by_tag;
    memcpy(answer->etag, head->etag, sizeof(answer->etag));
    memcpy(answer->last_modified, head->last_modified,
           sizeof(answer->last_modified));
    memcpy(answer->type, head->type, sizeof(answer->type));
    return true;
}

bool continuation_keep(struct continuation *kept, struct intake *intake,
                       const struct head *head)
{
    const struct intake_sinks *sinks = intake->sinks;
    int64_t bytes = intake->from + intake->bytes;

    /* The first piece of a format has to be long enough. */
    if (bytes < CONTENT_FIRST)
        return false;
    if (intake->from == 0 && !begin(kept, head))
        return false;
    if (bytes <= CONTINUATION_LEAST && kept->whole <= CONTINUATION_LEAST)
        return false;
    if (kept->whole >= 0 && bytes >= kept->whole)
        return false;
    if (intake_flush(intake) < 0 || save_keep(sinks->file, kept->number) < 0)
        return false;
    if (sinks->digest) {
        kept->digest = *sinks->digest;
        *sinks->digest = (struct digest_sum){NULL};
    }
    if (sinks->content) {
        kept->answer->content = *sinks->content;
        *sinks->content = (struct content){0};
    }
    kept->bytes = bytes;
    return true;
}

const char *continuation_condition(const struct continuation *kept)
{
    const struct continuation_answer *answer = kept->answer;

    return answer->by_date ? answer->last_modified : answer->etag;
}

/* Of two fields that may be missing. */
static bool may_be_equal(const char *a, const char *b)
{
    return !a[0] || !b[0] || strcmp(a, b) == 0;
}

bool continuation_fits(const struct continuation *kept, const struct head *head)
{
    struct head_range range;

    return head_range_of(head, &range) && range.first == kept->bytes &&
           range.last == range.whole - 1 &&
           (kept->whole < 0 || range.whole == kept->whole) &&
           (head->chunked || head->length < 0 ||
            head->length == range.whole - range.first) &&
           may_be_equal(head->etag, kept->answer->etag) &&
           may_be_equal(head->last_modified, kept->answer->last_modified);
}

int continuation_resume(struct continuation *kept, struct intake *intake)
{
    const struct intake_sinks *sinks = intake->sinks;
    int rc = save_resume(sinks->file, kept->number);

    if (rc < 0) {
        continuation_drop(kept);
        return rc;
    }
    if (sinks->digest) {
        digest_sum_close(sinks->digest);
        *sinks->digest = kept->digest;
        kept->digest = (struct digest_sum){NULL};
    }
    if (sinks->content) {
        content_close(sinks->content);
        *sinks->content = kept->answer->content;
        kept->answer->content = (struct content){0};
    }
    intake->from = kept->bytes;
    intake->handed_on = true;
    kept->bytes = 0;
    return 0;
}

void continuation_drop(struct continuation *kept)
{
    if (kept->bytes > 0)
        save_forget(kept->dir, kept->number);
    kept->bytes = 0;
    digest_sum_close(&kept->digest);
    if (kept->answer)
        content_close(&kept->answer->content);
    free(kept->answer);
    kept->answer = NULL;
}

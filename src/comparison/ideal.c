#include "comparison/ideal.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "download/simulate.h"
#include "process/corpus.h"

static const char base[] = "/flags/"; /* of the fixture's files */

struct play {
    const struct ideal_basis *basis;
    bool exact;
    unsigned max_req;
    unsigned opened;                /* connections, */
    unsigned idle;                  /* and of these those that nobody uses */
    int64_t connect_us;             /* of this attempt */
    struct prediction *predictions; /* NULL: nobody asks */
};

/* The path of a URL of the fixture. Country codes need no decoding. */
static const char *path_of(const char *url)
{
    const char *authority = strstr(url, "://");
    const char *path = authority ? strchr(authority + 3, '/') : NULL;

    return path ? path : "/";
}

/* Bytes of the file; -1: there is none. */
static int64_t size_of(const struct ideal_basis *basis, const char *path)
{
    const struct embedded_file *embedded;
    char file[PATH_MAX];
    struct stat st;
    int length;

    if (strncmp(path, base, strlen(base)) != 0)
        return -1;
    if (!basis->root[0]) {
        embedded = embedded_find(corpus_embedded, path + strlen(base));
        return embedded ? (int64_t)embedded->length : -1;
    }
    length =
        snprintf(file, sizeof(file), "%s/%s", basis->root, path + strlen(base));
    if (length < 0 || (size_t)length >= sizeof(file) ||
        access(file, R_OK) < 0 || stat(file, &st) < 0)
        return -1;
    return st.st_size;
}

/* How long a body takes to come through. */
static int64_t transfer_us(const struct ideal_basis *basis, int64_t bytes)
{
    if (basis->bandwidth == 0 || bytes <= 0)
        return 0;
    return llround((double)bytes * 1e6 / (double)basis->bandwidth);
}

/* For a connection: one that is idle, or a new one. */
static void find_connection(struct play *play)
{
    const struct ideal_basis *basis = play->basis;

    if (basis->shares)
        /* Those that start before it is there all wait for it. */
        play->connect_us += ++play->opened <= play->max_req
                                ? weather_connect_us(basis->weather, 1)
                                : 0;
    else if (basis->reuse && play->idle > 0)
        play->idle--;
    else
        play->connect_us += weather_connect_us(basis->weather, ++play->opened);
}

/* Whoever takes the place finds the connection idle, unless a timeout has
   closed it. */
static void on_end(void *arg, const struct attempt *attempt,
                   const struct outcome *outcome)
{
    struct play *play = arg;

    (void)attempt;
    play->idle += outcome->reply.cause != CAUSE_TIMEOUT;
}

/* One request: how long it takes, and what comes of it. */
static int64_t request_us(struct play *play, const char *url, unsigned attempt,
                          struct outcome *outcome)
{
    const char *path = path_of(url);
    struct forecast forecast = weather_at(play->basis->weather, path, attempt);
    const struct fault *fault = forecast.fault;
    int64_t bytes = size_of(play->basis, path);

    outcome->reply.http_status = 0;
    outcome->status = bytes >= 0 ? STATUS_OK : STATUS_NOT_FOUND;
    if (fault && fault->kind == FAULT_STATUS) {
        outcome->status =
            fault->status == 404 ? STATUS_NOT_FOUND : STATUS_ERROR;
        outcome->reply.http_status = fault->status;
    } else if (fault && fault->kind != FAULT_DELAY) {
        play->exact = false;
    }
    if (outcome->status != STATUS_OK)
        return forecast.delay_us;
    return forecast.delay_us + transfer_us(play->basis, bytes);
}

/* Whether the attempt is in time whether it has to connect or not: which of the
   items does depends on who downloads them. */
static bool is_certain(const struct play *play, int64_t length_us)
{
    int64_t timeout_us = play->basis->timeout_us;
    int64_t longest_us = 0;

    for (unsigned i = 1; i <= 2 * play->basis->selection->count; i++) {
        int64_t us = weather_connect_us(play->basis->weather, i);

        longest_us = us > longest_us ? us : longest_us;
    }
    return timeout_us == 0 || length_us > timeout_us ||
           length_us + 2 * longest_us <= timeout_us;
}

/* The last attempt of an item is what becomes of it. */
static void predict(struct play *play, const struct attempt *attempt,
                    const struct outcome *outcome, int64_t length_us)
{
    struct prediction *prediction = &play->predictions[attempt->item->index];
    bool late =
        play->basis->timeout_us > 0 && length_us > play->basis->timeout_us;

    play->exact = play->exact && is_certain(play, length_us);
    *prediction = (struct prediction){
        .status = late ? STATUS_ERROR : outcome->status,
        .http_status = late ? 0 : outcome->reply.http_status,
        .attempts = attempt->number,
    };
}

/* As download_one() does it: the image, then, if that came, its metadata. */
static int64_t length_us(void *arg, const struct attempt *attempt,
                         struct outcome *outcome)
{
    struct play *play = arg;
    const struct item *item = attempt->item;
    int64_t sum;

    if (!play->basis->weather)
        return play->basis->wait_us[item->index];
    play->connect_us = 0;
    find_connection(play);
    sum = request_us(play, item->url, attempt->number, outcome);
    if (outcome->status == STATUS_OK && item->metadata_url) {
        if (!play->basis->reuse)
            find_connection(play);
        sum += request_us(play, item->metadata_url, attempt->number, outcome);
        if (outcome->status == STATUS_NOT_FOUND) {
            outcome->status = STATUS_ERROR; /* under the code: no name */
            outcome->reply.http_status = -1;
        }
    }
    if (play->predictions)
        predict(play, attempt, outcome, sum);
    return sum + play->connect_us;
}

static int play_all(struct play *play, unsigned max_req,
                    struct simulated *simulated)
{
    const struct ideal_basis *basis = play->basis;
    struct code_items codes = {
        .selection = basis->selection,
        .source = basis->source,
        .country_names = basis->country_names,
    };
    const struct simulation simulation = {
        .limits = {.max_req = max_req, .timeout_us = basis->timeout_us},
        .items = code_items_source(&codes),
        .length_us = length_us,
        .on_end = on_end,
        .arg = play,
        .work_us = basis->work_us,
        .processors = basis->processors > 0 ? basis->processors : 1,
    };

    play->max_req = max_req;
    /* Which of them gets which delay, if there are several at a time? */
    play->exact = basis->weather && weather_is_exact(basis->weather) &&
                  (basis->weather->connect.kind == DELAY_FIXED ||
                   max_req == 1 || basis->shares);
    if (basis->shares && basis->bandwidth > 0 && max_req > 1)
        play->exact = false; /* they share that, too */
    return simulate(&simulation, simulated);
}

/* 0, -ENOENT or -ENOMEM. */
static int predict_embedded(struct prediction *prediction, const char *name)
{
    const struct embedded_file *file = embedded_find(corpus_embedded, name);
    struct digest_sum sum = {NULL};
    int rc = file ? digest_sum_begin(&sum) : -ENOENT;

    if (rc == 0)
        rc = digest_sum_add(&sum, file->bytes, file->length);
    if (rc == 0)
        rc = digest_sum_end(&sum, &prediction->digest);
    digest_sum_close(&sum);
    prediction->bytes = rc == 0 ? (int64_t)file->length : 0;
    return rc;
}

/* The file that an image becomes: the same bytes. */
static int predict_file(struct prediction *prediction,
                        const struct ideal_basis *basis, size_t index)
{
    char *url = source_url(basis->source, basis->selection->codes[index].code);
    char *file = NULL;
    struct stat st;
    int rc = -ENOMEM;

    if (url && !basis->root[0]) {
        rc = predict_embedded(prediction, path_of(url) + strlen(base));
    } else if (url && asprintf(&file, "%s/%s", basis->root,
                               path_of(url) + strlen(base)) >= 0) {
        rc = stat(file, &st) < 0 ? -errno
                                 : digest_file(&prediction->digest, file);
        prediction->bytes = rc == 0 ? st.st_size : 0;
        free(file);
    }
    free(url);
    return rc;
}

int compare_predict(struct prediction **predictions,
                    const struct ideal_basis *basis)
{
    const size_t count = basis->selection->count;
    struct simulated simulated;
    struct play play = {.basis = basis};
    int rc;

    if (!basis->weather) {
        *predictions = NULL;
        return 0;
    }
    play.predictions = calloc(count + 1, sizeof(*play.predictions));
    rc = play.predictions ? play_all(&play, 1, &simulated) : -ENOMEM;
    for (size_t i = 0; i < count && rc == 0 && play.exact; i++) {
        if (play.predictions[i].status == STATUS_OK)
            rc = predict_file(&play.predictions[i], basis, i);
    }
    if (rc < 0 || !play.exact) {
        free(play.predictions);
        play.predictions = NULL;
    }
    if (rc == 0)
        *predictions = play.predictions;
    return rc;
}

int compare_delay(int64_t *delay_us, const struct source *source,
                  const struct weather *weather, const char *code,
                  unsigned number, unsigned attempt)
{
    char *url = number == 1 ? source_url(source, code)
                            : source_metadata_url(source, code);

    if (!url)
        return -ENOMEM;
    *delay_us = weather_at(weather, path_of(url), attempt).delay_us;
    free(url);
    return 0;
}

int compare_ideal(struct ideal *ideal, const struct ideal_basis *basis,
                  unsigned max_req)
{
    struct play play = {.basis = basis};
    struct simulated simulated;
    int rc = play_all(&play, max_req, &simulated);

    if (rc < 0)
        return rc;
    *ideal = (struct ideal){.total_us = simulated.total_us,
                            .exact = play.exact,
                            .counts = simulated.counts};
    return 0;
}

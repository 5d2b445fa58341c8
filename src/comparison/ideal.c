#include "comparison/ideal.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "download/simulate.h"
#include "process/corpus.h"

static const char base[] = "/flags/"; /* of the fixture's files */

struct play {
    const struct ideal_basis *basis;
    bool exact;
};

/* The path of a URL of the fixture. Country codes need no decoding. */
static const char *path_of(const char *url)
{
    const char *authority = strstr(url, "://");
    const char *path = authority ? strchr(authority + 3, '/') : NULL;

    return path ? path : "/";
}

static bool is_there(const struct ideal_basis *basis, const char *path)
{
    char file[PATH_MAX];
    int length;

    if (strncmp(path, base, strlen(base)) != 0)
        return false;
    if (!basis->root[0])
        return embedded_find(corpus_embedded, path + strlen(base));
    length =
        snprintf(file, sizeof(file), "%s/%s", basis->root, path + strlen(base));
    return length > 0 && (size_t)length < sizeof(file) &&
           access(file, R_OK) == 0;
}

/* One request: how long it waits, and what comes of it. */
static int64_t request_us(struct play *play, const char *url, unsigned attempt,
                          struct outcome *outcome)
{
    const char *path = path_of(url);
    struct forecast forecast = weather_at(play->basis->weather, path, attempt);
    const struct fault *fault = forecast.fault;

    outcome->status =
        is_there(play->basis, path) ? STATUS_OK : STATUS_NOT_FOUND;
    if (fault && fault->kind == FAULT_STATUS)
        outcome->status =
            fault->status == 404 ? STATUS_NOT_FOUND : STATUS_ERROR;
    else if (fault && fault->kind != FAULT_DELAY)
        play->exact = false;
    return forecast.delay_us;
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
    sum = request_us(play, item->url, attempt->number, outcome);
    if (outcome->status == STATUS_OK && item->metadata_url) {
        sum += request_us(play, item->metadata_url, attempt->number, outcome);
        if (outcome->status == STATUS_NOT_FOUND)
            outcome->status = STATUS_ERROR; /* under the code: no name */
    }
    return sum;
}

int compare_ideal(struct ideal *ideal, const struct ideal_basis *basis,
                  unsigned max_req)
{
    struct play play = {.basis = basis};
    struct code_items codes = {
        .selection = basis->selection,
        .source = basis->source,
        .country_names = basis->country_names,
    };
    const struct simulation simulation = {
        .limits = {.max_req = max_req, .timeout_us = basis->timeout_us},
        .items = code_items_source(&codes),
        .length_us = length_us,
        .arg = &play,
    };
    struct simulated simulated;
    int rc;

    play.exact = basis->weather && weather_is_exact(basis->weather);
    rc = simulate(&simulation, &simulated);
    if (rc < 0)
        return rc;
    *ideal = (struct ideal){.total_us = simulated.total_us,
                            .exact = play.exact,
                            .counts = simulated.counts};
    return 0;
}

#include "comparison/server_stats.h"

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIMEOUT_MS = 30000,
    ANSWER_MOST = 8 << 20 /* bytes; the server's tables are bounded, too */
};

struct answer {
    char *bytes;
    size_t count;
};

static size_t on_bytes(char *bytes, size_t one, size_t count, void *arg)
{
    struct answer *answer = arg;
    char *grown;

    (void)one; /* always 1 */
    if (count > ANSWER_MOST - answer->count)
        return 0;
    grown = realloc(answer->bytes, answer->count + count + 1);
    if (!grown)
        return 0;
    memcpy(grown + answer->count, bytes, count);
    answer->bytes = grown;
    answer->count += count;
    return count;
}

/* The URL of another path of the same server, with a query or (NULL) without;
   to be freed. NULL: no memory, or `url` is none. */
static char *url_of(const char *url, const char *path, const char *query)
{
    CURLU *parts = curl_url();
    char *made = NULL;
    char *copy = NULL;

    if (parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_PATH, path, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_QUERY, query, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_URL, &made, 0) == CURLUE_OK)
        copy = strdup(made);
    curl_free(made);
    curl_url_cleanup(parts);
    return copy;
}

static bool set_up(CURL *easy, const char *url, bool post,
                   struct answer *answer)
{
    const char *ca = getenv("CURL_CA_BUNDLE");

    return curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS) ==
               CURLE_OK &&
           (!ca || curl_easy_setopt(easy, CURLOPT_CAINFO, ca) == CURLE_OK) &&
           (!post ||
            (curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "") == CURLE_OK)) &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer) == CURLE_OK;
}

/* answer->bytes is to be freed in every case. */
static int ask(const char *server, const char *path, const char *query,
               bool post, struct answer *answer)
{
    char *url = url_of(server, path, query);
    CURL *easy = url ? curl_easy_init() : NULL;
    int rc = -ENOMEM;

    if (easy && set_up(easy, url, post, answer)) {
        CURLcode code = curl_easy_perform(easy);

        rc = code == CURLE_OK              ? 0
             : code == CURLE_OUT_OF_MEMORY ? -ENOMEM
                                           : -EHOSTDOWN;
    }
    curl_easy_cleanup(easy);
    free(url);
    return rc;
}

int server_stats_reset(const char *url, int64_t seed)
{
    struct answer answer = {0};
    char query[32];
    int rc;

    snprintf(query, sizeof(query), "seed=%" PRId64, seed);
    rc = ask(url, "/__flags/reset", query, true, &answer);

    free(answer.bytes);
    return rc;
}

static int read_stats(struct server_stats *stats, json_t *root)
{
    json_int_t requests;
    json_int_t connections;
    json_int_t peak;
    json_int_t bytes;
    double span_s;
    double late_s;

    if (json_unpack(root, "{s:I, s:I, s:I, s:I, s:F, s:F}", "requests",
                    &requests, "connections", &connections, "peak_in_flight",
                    &peak, "bytes", &bytes, "span", &span_s, "late",
                    &late_s) < 0)
        return -EHOSTDOWN;
    *stats = (struct server_stats){.requests = requests,
                                   .connections = connections,
                                   .peak_in_flight = peak,
                                   .bytes = bytes,
                                   .span_us = llround(span_s * 1e6),
                                   .late_us = llround(late_s * 1e6)};
    return 0;
}

/* The JSON at a path; to be let go of. NULL: *rc says why. */
static json_t *ask_json(const char *url, const char *path, int *rc)
{
    struct answer answer = {0};
    json_t *root = NULL;

    *rc = ask(url, path, NULL, false, &answer);
    if (*rc == 0)
        root =
            json_loadb(answer.bytes ? answer.bytes : "", answer.count, 0, NULL);
    if (*rc == 0 && !root)
        *rc = -EHOSTDOWN;
    free(answer.bytes);
    return root;
}

int server_stats_of_paths(struct server_stats *stats, const char *url,
                          const char *const *paths, int64_t *requests,
                          size_t count)
{
    int rc;
    json_t *root = ask_json(url, "/__flags/stats", &rc);

    if (!root)
        return rc;
    rc = read_stats(stats, root);
    for (size_t i = 0; i < count && rc == 0; i++)
        requests[i] = json_integer_value(json_object_get(
            json_object_get(json_object_get(root, "paths"), paths[i]),
            "requests"));
    json_decref(root);
    return rc;
}

static int64_t microseconds(double s)
{
    return llround(s * 1e6);
}

/* An entry of the journal, if it is of that path; times are the server's. */
static void take_entry(struct server_answer *answer, const json_t *entry,
                       const char *path)
{
    const char *of = json_string_value(json_object_get(entry, "path"));
    const json_t *duration = json_object_get(entry, "duration");
    double t_s = json_number_value(json_object_get(entry, "t"));

    if (!of || strcmp(of, path) != 0)
        return;
    if (answer->began_us < 0)
        answer->began_us = microseconds(t_s);
    answer->ended_us = json_is_number(duration)
                           ? microseconds(t_s + json_number_value(duration))
                           : -1;
    answer->good = json_integer_value(json_object_get(entry, "status")) < 400;
}

/* From the server's clock to the first request of all. */
static void count_from_first(struct server_answer *answers, size_t count)
{
    int64_t first_us = INT64_MAX;

    for (size_t i = 0; i < count; i++) {
        if (answers[i].began_us >= 0 && answers[i].began_us < first_us)
            first_us = answers[i].began_us;
    }
    for (size_t i = 0; i < count; i++) {
        if (answers[i].began_us >= 0)
            answers[i].began_us -= first_us;
        if (answers[i].ended_us >= 0)
            answers[i].ended_us -= first_us;
    }
}

int server_stats_answers(const char *url, const char *const *paths,
                         struct server_answer *answers, size_t count)
{
    int rc;
    json_t *root = ask_json(url, "/__flags/requests", &rc);
    const json_t *entries = json_object_get(root, "requests");

    if (!root)
        return rc;
    for (size_t i = 0; i < count; i++) {
        answers[i] = (struct server_answer){.began_us = -1, .ended_us = -1};
        for (size_t j = 0; j < json_array_size(entries); j++)
            take_entry(&answers[i], json_array_get(entries, j), paths[i]);
    }
    count_from_first(answers, count);
    json_decref(root);
    return 0;
}

int server_stats_get(struct server_stats *stats, const char *url)
{
    return server_stats_of_paths(stats, url, NULL, NULL, 0);
}

void server_stats_measure(int64_t measured[FIGURES],
                          const struct server_stats *stats)
{
    measured[FIGURE_REQUESTS] = stats->requests;
    measured[FIGURE_CONNECTIONS] = stats->connections;
    measured[FIGURE_PEAK_IN_FLIGHT] = stats->peak_in_flight;
    measured[FIGURE_SERVER_BYTES] = stats->bytes;
    measured[FIGURE_SPAN] = stats->span_us;
    measured[FIGURE_SERVER_LATE] = stats->late_us;
}

#include "comparison/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "comparison/sized_corpus.h"
#include "process/corpus.h"
#include "process/no_proxy.h"

/* What each `flags get` is told beside its strategy and its server: what was
   typed, for it has the same options. */
static int make_arguments(struct compare_work *work,
                          const struct compare_settings *settings,
                          const struct command_line *line,
                          const struct option_table *table)
{
    const size_t begin = offsetof(struct compare_settings, work);
    const size_t server = offsetof(struct compare_settings, work.server);
    int rc = words_add_options(&work->arguments, line, table, settings, begin,
                               server);

    if (rc == 0)
        rc = words_add_options(&work->arguments, line, table, settings,
                               server + sizeof(settings->work.server),
                               begin + sizeof(settings->work));
    if (rc == 0)
        rc = words_add(&work->arguments, "--loops=%" PRId64, settings->loops);
    if (rc == 0)
        rc = words_add(&work->arguments,
                       settings->keep_query ? "--keep-query" : "--hide-query");
    if (rc == 0 && work->source.fixture)
        rc = words_add(&work->arguments, "--direct");
    if (rc == 0 && settings->factors.work_us > 0)
        rc = words_add(&work->arguments, "--work=%" PRId64 "us",
                       settings->factors.work_us);
    if (rc == 0)
        rc = words_add(&work->arguments, "--");
    for (size_t i = 0; i < line->count && rc == 0; i++)
        rc = words_add(&work->arguments, "%s", line->arguments[i]);
    return rc;
}

/* The weather of our server, as it will have it itself. */
static int make_weather(struct compare_work *work,
                        const struct compare_settings *settings)
{
    int rc;

    if (settings->work.server)
        rc = weather_set_profile(&work->weather, work->source.label);
    else
        rc = delay_parse(&work->weather.delay, settings->weather);
    work->weather.seed = (uint64_t)settings->seed;
    if (rc == 0 && settings->factors.connect)
        rc = delay_parse(&work->weather.connect, settings->factors.connect);
    return rc;
}

/* Our server has 20 flags where the program's file is all there is. */
static int check_corpus(const struct compare_work *work,
                        struct command_line *line)
{
    const struct selection *selection = &work->selection;
    const char *missing = NULL;

    if (selection->count > 0)
        missing = corpus_lacks(selection->codes[0].code, selection->count,
                               sizeof(selection->codes[0]));
    return missing ? command_line_refuse(line, work->source.label, missing,
                                         CORPUS_EMBEDDED_WORDS, NULL)
                   : 0;
}

int compare_work_plan(struct compare_work *work,
                      const struct compare_settings *settings,
                      struct command_line *line,
                      const struct option_table *table)
{
    const char *server = settings->work.server;
    int rc = work_select(&work->selection, &settings->work, line);

    if (rc == 0)
        rc = work_source(&work->source, "--server", server ? server : "LOCAL",
                         line);
    if (rc == 0 && work->source.fixture)
        rc = check_corpus(work, line);
    if (rc == 0 && work->source.fixture)
        rc = make_weather(work, settings);
    if (rc == 0)
        rc = make_arguments(work, settings, line, table);
    work->url = server; /* as it was typed: with its credentials */
    return rc;
}

/* Files of the size that was asked for. */
static int make_corpus(struct compare_work *work,
                       const struct compare_settings *settings,
                       const char *directory)
{
    char from[PATH_MAX];
    int rc = corpus_find(from, sizeof(from));

    if (rc < 0)
        return rc;
    if (asprintf(&work->root, "%s/corpus", directory) < 0) {
        work->root = NULL;
        return -ENOMEM;
    }
    return sized_corpus_write(
        &(struct sized_corpus){
            .selection = &work->selection,
            .from = from,
            .metadata = settings->work.country_names,
            .size = settings->factors.size,
        },
        work->root);
}

/* Whom to trust, for what is run from now on: `flags get`, curl, OpenSSL,
   Python's requests. */
static int trust(const char *ca)
{
    static const char *const names[] = {"FLAGS_CA", "CURL_CA_BUNDLE",
                                        "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (setenv(names[i], ca, 1) < 0)
            return -errno;
    }
    return 0;
}

/* Programs have working directories of their own: the name is absolute. */
static int name_ca(struct compare_work *work, const char *directory)
{
    char *absolute = realpath(directory, NULL);
    int rc = absolute ? 0 : -errno;

    if (rc == 0 && asprintf(&work->ca, "%s/ca.pem", absolute) < 0) {
        work->ca = NULL;
        rc = -ENOMEM;
    }
    free(absolute);
    return rc;
}

/* What the server is told. */
static int add_server_options(struct words *options,
                              const struct compare_work *work,
                              const struct compare_settings *settings)
{
    const struct compare_factors *factors = &settings->factors;
    int rc = settings->work.server
                 ? words_add(options, "--profile=%s", work->source.label)
                 : words_add(options, "--delay=%s", settings->weather);

    if (rc == 0)
        rc = words_add(options, "--seed=%" PRId64, settings->seed);
    if (rc == 0 && work->root)
        rc = words_add(options, "--root=%s", work->root);
    if (rc == 0 && factors->bandwidth > 0)
        rc = words_add(options, "--fault=bandwidth=%" PRId64,
                       factors->bandwidth);
    if (rc == 0 && factors->connect)
        rc = words_add(options, "--connect-delay=%s", factors->connect);
    for (size_t i = 0; i < settings->http_count && rc == 0; i++) {
        if (settings->http[i] == 2)
            rc = words_add(options, "--http2");
    }
    if (rc == 0 && work->ca)
        rc = words_add(options, "--tls");
    if (rc == 0 && work->ca)
        rc = words_add(options, "--ca-file=%s", work->ca);
    return rc;
}

int compare_work_make_files(struct compare_work *work,
                            const struct compare_settings *settings,
                            const char *directory)
{
    return work->source.fixture && settings->factors.size > 0
               ? make_corpus(work, settings, directory)
               : 0;
}

int compare_work_begin(struct compare_work *work,
                       const struct compare_settings *settings,
                       const char *directory, local_server_main serve)
{
    struct words options = {0};
    int rc = 0;

    if (!work->source.fixture)
        return 0;
    if (settings->factors.tls)
        rc = name_ca(work, directory);
    if (rc == 0)
        rc = add_server_options(&options, work, settings);
    if (rc == 0)
        rc = local_server_start(&work->server, serve,
                                (const char *const *)options.items);
    words_free(&options);
    if (rc < 0)
        return rc;
    work->server_started = true;
    work->url = work->server.url;
    rc = no_proxy_add(work->server.url);
    if (rc == 0 && work->ca)
        rc = trust(work->ca);
    return rc < 0 ? rc : source_set_base(&work->source, work->server.url);
}

void compare_work_close(struct compare_work *work)
{
    if (work->server_started)
        local_server_stop(&work->server);
    words_free(&work->arguments);
    free(work->root);
    free(work->ca);
    weather_close(&work->weather);
    source_close(&work->source);
    selection_close(&work->selection);
    *work = (struct compare_work){0};
}

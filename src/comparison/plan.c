#include "comparison/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "process/corpus.h"

enum { ARGUMENTS_MOST = 16 }; /* beside the codes */

/* What each `flags get` is told beside its strategy and its server. */
static int make_arguments(struct compare_work *work,
                          const struct compare_settings *settings,
                          const struct command_line *line)
{
    const struct work_settings *common = &settings->work;
    size_t used = 0;
    const char **arguments =
        calloc(ARGUMENTS_MOST + line->count, sizeof(*arguments));

    if (!arguments)
        return -ENOMEM;
    snprintf(work->limit, COMPARE_NUMBER_SIZE, "%" PRId64, common->limit);
    snprintf(work->timeout, COMPARE_NUMBER_SIZE, "%" PRId64 "us",
             common->timeout_us);
    snprintf(work->connect_timeout, COMPARE_NUMBER_SIZE, "%" PRId64 "us",
             common->connect_timeout_us);
    if (common->all)
        arguments[used++] = "--all";
    if (common->every)
        arguments[used++] = "--every";
    if (common->limit) {
        arguments[used++] = "--limit";
        arguments[used++] = work->limit;
    }
    if (common->country_names)
        arguments[used++] = "--country-names";
    arguments[used++] = "--timeout";
    arguments[used++] = work->timeout;
    arguments[used++] = "--connect-timeout";
    arguments[used++] = work->connect_timeout;
    if (work->source.fixture)
        arguments[used++] = "--direct";
    arguments[used++] = "--";
    for (size_t i = 0; i < line->count; i++)
        arguments[used++] = line->arguments[i];
    work->arguments = arguments;
    return 0;
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
                      struct command_line *line)
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
        rc = make_arguments(work, settings, line);
    work->url = server; /* as it was typed: with its credentials */
    return rc;
}

int compare_work_begin(struct compare_work *work,
                       const struct compare_settings *settings)
{
    char seed[COMPARE_NUMBER_SIZE];
    const char *weather[] = {"--delay", settings->weather, "--seed", seed,
                             NULL};
    const char *profile[] = {"--profile", work->source.label, "--seed", seed,
                             NULL};
    int rc;

    if (!work->source.fixture)
        return 0;
    snprintf(seed, sizeof(seed), "%" PRId64, settings->seed);
    rc = local_server_start(&work->server,
                            settings->work.server ? profile : weather);
    if (rc < 0)
        return rc;
    work->server_started = true;
    work->url = work->server.url;
    return source_set_base(&work->source, work->server.url);
}

void compare_work_close(struct compare_work *work)
{
    if (work->server_started)
        local_server_stop(&work->server);
    free(work->arguments);
    weather_close(&work->weather);
    source_close(&work->source);
    selection_close(&work->selection);
    *work = (struct compare_work){0};
}

#include "command/serve_forecast.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "cli/command.h"
#include "command/serve_ready.h"
#include "fixture/prediction.h"
#include "text/escape.h"

int serve_forecast_check(const struct serve_settings *settings,
                         struct command_line *line)
{
    const struct option_table *table = &serve_option_table;
    const char *alone = command_line_has(line, table, "attempts") ? "--attempts"
                        : settings->json                          ? "--json"
                                                                  : NULL;

    if (settings->forecast.count == 0 && alone) {
        snprintf(line->error, sizeof(line->error), "%s: only with --forecast",
                 alone);
        return -EINVAL;
    }
    if (settings->forecast.count > 0 && line->command) {
        snprintf(line->error, sizeof(line->error),
                 "--forecast: there is no server for a command");
        return -EINVAL;
    }
    for (size_t i = 0; i < settings->forecast.count; i++)
        if (!prediction_has_path(settings->forecast.items[i]))
            return command_line_refuse(line, "--forecast",
                                       settings->forecast.items[i],
                                       "a path like /flags/br/br.gif", NULL);
    return 0;
}

static struct prediction_options options_of(
    const struct serve_settings *settings)
{
    return (struct prediction_options){
        .is_http2 = settings->http2_only,
        .key = (enum fixture_key)settings->attempt_key,
    };
}

static void print_rule(const struct fault *f)
{
    if (!f)
        return;
    fputs("  (", stdout);
    escape_print(stdout, f->rule);
    putchar(')');
}

static void print_attempt(const struct prediction *p)
{
    char does[PREDICTION_ROOM];

    prediction_tell(p, does);
    printf("  #%-3u %8.3f s  ", p->attempt, (double)p->delay_us / 1e6);
    escape_print(stdout, does);
    print_rule(p->limit);
    print_rule(p->fault);
    putchar('\n');
}

static void print_besides(const struct fault_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!fault_is_of_connection(list->items[i]))
            continue;
        fputs("  besides: ", stdout);
        escape_print(stdout, list->items[i]->rule);
        putchar('\n');
    }
}

static void print_connections(const struct serve_settings *settings,
                              const struct weather *w)
{
    if (!weather_holds_connections(w))
        return;
    for (unsigned i = 1; i <= settings->attempts; i++)
        printf("  besides: connection %u waits %.3f s\n", i,
               (double)weather_connect_us(w, i) / 1e6);
}

static int print_path(const struct serve_settings *settings,
                      const struct fixture_listener *l, const char *path)
{
    struct prediction_options options = options_of(settings);
    struct prediction p;
    int rc = 0;

    if (settings->book)
        printf("%s ", l->name);
    escape_print(stdout, path);
    putchar('\n');
    for (int64_t i = 1; rc == 0 && i <= settings->attempts; i++) {
        rc = prediction_make(&p, l->weather, &options, path, (unsigned)i);
        if (rc == 0)
            print_attempt(&p);
    }
    print_connections(settings, l->weather);
    print_besides(&l->weather->rules);
    print_besides(&l->weather->profile);
    return rc;
}

static int print_text(const struct serve_settings *settings,
                      const struct serve_plan *plan)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < plan->count; i++)
        for (size_t k = 0; rc == 0 && k < settings->forecast.count; k++)
            rc = print_path(settings, &plan->listeners[i],
                            settings->forecast.items[k]);
    return rc;
}

/* An array of what /__flags/forecast gives of one. */
static int print_json(const struct serve_settings *settings,
                      const struct serve_plan *plan)
{
    struct prediction_options options = options_of(settings);
    json_t *all = json_array();
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < plan->count; i++)
        for (size_t k = 0; rc == 0 && k < settings->forecast.count; k++)
            rc = json_array_append_new(
                all, prediction_json(&plan->listeners[i], &options,
                                     settings->forecast.items[k],
                                     (unsigned)settings->attempts));
    if (rc == 0)
        return serve_print_json(all, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    json_decref(all);
    return -ENOMEM;
}

int serve_forecast_print(const struct serve_settings *settings,
                         const struct serve_plan *plan)
{
    int rc = settings->json ? print_json(settings, plan)
                            : print_text(settings, plan);

    return rc == 0 ? command_flush_stdout() : rc;
}

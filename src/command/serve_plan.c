#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/suggest.h"
#include "command/serve_forecast.h"
#include "command/serve_options.h"
#include "fixture/upstream/upstream.h"
#include "text/escape.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const book_names[] = {"LOCAL", "DELAY", "ERROR"};

/* The kind that a rule with an unknown one probably means, or NULL. */
static const char *meant_kind(const char *rule)
{
    const char *kinds[FAULT_KINDS];
    size_t length = strcspn(rule, "=, \t");
    char typed[32];

    if (length >= sizeof(typed))
        return NULL;
    memcpy(typed, rule, length);
    typed[length] = '\0';
    for (int i = 0; i < FAULT_KINDS; i++) {
        kinds[i] = fault_kind_name((enum fault_kind)i);
        if (strcmp(kinds[i], typed) == 0)
            return NULL; /* something else is wrong */
    }
    return suggest_nearest(typed, kinds, FAULT_KINDS);
}

static int refuse_rule(struct command_line *line, const char *rule,
                       const char *why)
{
    const char *meant = meant_kind(rule);
    char shown[100];
    char reason[380];

    escape_copy(shown, sizeof(shown), rule);
    escape_copy(reason, sizeof(reason), why);
    snprintf(line->error, sizeof(line->error), "--fault '%s': %s%s%s%s", shown,
             reason, meant ? "; did you mean '" : "", meant ? meant : "",
             meant ? "'?" : "");
    return -EINVAL;
}

static int add_rules(struct weather *w, const struct serve_settings *settings,
                     struct command_line *line)
{
    const struct fault_spoken spoken = {
        .tls = settings->tls,
        .http1 = !settings->http2_only,
        .http2 = settings->http2 || settings->http2_only,
    };

    for (size_t i = 0; i < settings->faults.count; i++) {
        const char *rule = settings->faults.items[i];
        char why[400] = "";
        const char *useless;
        int rc = weather_add_rule(w, rule, why, sizeof(why));

        if (rc == -EINVAL)
            return refuse_rule(line, rule, why);
        if (rc < 0)
            return rc;
        useless = fault_why_useless(w->rules.items[w->rules.count - 1]->kind,
                                    &spoken);
        if (useless)
            return refuse_rule(line, rule, useless);
    }
    return 0;
}

static void add_passed(const struct fault_list *list, char *names, size_t room)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *name = fault_kind_name(list->items[i]->kind);
        size_t used = strlen(names);

        if (fault_scope(list->items[i]->kind) == SCOPE_HTTP1 &&
            !strstr(names, name))
            snprintf(names + used, room - used, "%s%s", used ? ", " : "", name);
    }
}

bool serve_plan_passes_over(const struct serve_plan *plan,
                            const struct serve_settings *settings, char *names,
                            size_t room)
{
    names[0] = '\0';
    for (size_t i = 0; i < plan->count; i++) {
        add_passed(&plan->weathers[i].rules, names, room);
        add_passed(&plan->weathers[i].profile, names, room);
    }
    return names[0] && (settings->http2 || settings->http2_only);
}

/* The i-th listener. With --book, --delay and --error-rate change what those
   personalities have that have any. */
static int plan_listener(struct serve_plan *plan, const char *profile,
                         const struct serve_settings *settings,
                         struct command_line *line)
{
    const struct option_table *table = &serve_option_table;
    size_t i = plan->count++;
    struct weather *w = &plan->weathers[i];
    int rc = weather_set_profile(w, profile);

    if (rc < 0)
        return rc;
    w->seed = (uint64_t)settings->seed;
    w->connect = settings->connect;
    if (command_line_has(line, table, "delay") &&
        (!settings->book || w->delay.kind != DELAY_FIXED))
        w->delay = settings->delay;
    if (command_line_has(line, table, "error-rate") &&
        (!settings->book || w->error_rate > 0))
        w->error_rate = settings->error_rate;
    plan->listeners[i] = (struct fixture_listener){
        .name = profile,
        .host = settings->bind,
        .port = settings->port ? (int)settings->port + (int)i : 0,
        .unix_path = settings->unix_path,
        .weather = w,
    };
    return add_rules(w, settings, line);
}

static int check_upstream(const struct serve_settings *settings,
                          struct command_line *line)
{
    if (!settings->upstream)
        return 0;
    if (!upstream_is_url(settings->upstream))
        return command_line_refuse(line, "--upstream", settings->upstream,
                                   "a URL like http://127.0.0.1:3000", NULL);
    if (!settings->root)
        return 0;
    snprintf(line->error, sizeof(line->error),
             "--upstream: not together with --root");
    return -EINVAL;
}

static int check(const struct serve_settings *settings,
                 struct command_line *line)
{
    unsigned char address[sizeof(struct in6_addr)];

    if (inet_pton(AF_INET, settings->bind, address) != 1 &&
        inet_pton(AF_INET6, settings->bind, address) != 1)
        return command_line_refuse(line, "--bind", settings->bind,
                                   "a numeric address like 127.0.0.1 or ::1",
                                   NULL);
    if (check_upstream(settings, line) < 0)
        return -EINVAL;
    if (line->command && !line->command[0]) {
        snprintf(line->error, sizeof(line->error),
                 "'--': a command is expected behind it, as in -- make check");
        return -EINVAL;
    }
    if (line->count > 0) {
        snprintf(line->error, sizeof(line->error),
                 "'%.80s': no argument is expected; a command stands behind "
                 "'--'",
                 line->arguments[0]);
        return -EINVAL;
    }
    if (settings->ca_file && !settings->tls) {
        snprintf(line->error, sizeof(line->error),
                 "--ca-file '%.80s': only with --tls", settings->ca_file);
        return -EINVAL;
    }
    if (settings->unix_path && !*settings->unix_path)
        return command_line_refuse(line, "--unix", "", "a path", NULL);
    if (serve_forecast_check(settings, line) < 0)
        return -EINVAL;
    if (!settings->book)
        return 0;
    if (settings->unix_path) {
        snprintf(line->error, sizeof(line->error),
                 "--unix: not together with --book, which is three servers");
        return -EINVAL;
    }
    if (command_line_has(line, &serve_option_table, "profile")) {
        snprintf(line->error, sizeof(line->error),
                 "--profile: not together with --book, which has its own");
        return -EINVAL;
    }
    if (settings->port > 65533)
        return command_line_refuse(line, "--port", "above 65533",
                                   "three ports from --port on", NULL);
    return 0;
}

int serve_plan_make(struct serve_plan *plan,
                    const struct serve_settings *settings,
                    struct command_line *line)
{
    int rc = check(settings, line);

    if (rc == 0 && !settings->book)
        return plan_listener(plan, serve_profiles[settings->profile], settings,
                             line);
    for (size_t i = 0; rc == 0 && i < COUNT(book_names); i++)
        rc = plan_listener(plan, book_names[i], settings, line);
    return rc;
}

void serve_plan_close(struct serve_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        weather_close(&plan->weathers[i]);
}

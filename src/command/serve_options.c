#include "command/serve_options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/suggest.h"
#include "command/serve_log.h"
#include "text/escape.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(name) offsetof(struct serve_settings, name)

static const char *const profile_names[] = {
    "LOCAL", "DELAY", "ERROR", "FLAKY", "SLOW", "HOSTILE", NULL};
static const char *const book_names[] = {"LOCAL", "DELAY", "ERROR"};

static int take_delay(void *settings, const char *text)
{
    return delay_parse(&((struct serve_settings *)settings)->delay, text);
}

static const struct option_row rows[] = {
    {.group = "What and where",
     .name = "root",
     .kind = OPTION_TEXT,
     .metavar = "DIR",
     .shown = "the flags that come with the program",
     .help = "the directory to serve: its br/br.gif is /flags/br/br.gif",
     .offset = FIELD(root)},
    {.name = "bind",
     .letter = 'b',
     .kind = OPTION_TEXT,
     .metavar = "ADDR",
     .fallback = "127.0.0.1",
     .help = "the numeric address to listen on",
     .offset = FIELD(bind)},
    {.name = "port",
     .letter = 'p',
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .most = 65535,
     .fallback = "8000",
     .help = "the port; 0: any that is free",
     .offset = FIELD(port)},
    {.group = "Protocols",
     .name = "tls",
     .kind = OPTION_FLAG,
     .help = "https, with certificates of an authority made for this run",
     .offset = FIELD(tls)},
    {.name = "ca-file",
     .kind = OPTION_TEXT,
     .metavar = "FILE",
     .shown = "a temporary one",
     .help = "write the authority there, for clients to trust (with --tls)",
     .offset = FIELD(ca_file)},
    {.name = "http2",
     .kind = OPTION_FLAG,
     .help = "HTTP/2, too: by ALPN over TLS, with prior knowledge without",
     .offset = FIELD(http2)},
    {.name = "http2-only",
     .kind = OPTION_FLAG,
     .help = "HTTP/2 and no HTTP/1.x",
     .offset = FIELD(http2_only)},
    {.group = "Weather",
     .name = "profile",
     .kind = OPTION_CHOICE,
     .metavar = "NAME",
     .choices = profile_names,
     .fallback = "LOCAL",
     .help = "LOCAL: none. DELAY: .5 to 5 s. ERROR: DELAY and 25 % status 418. "
             "FLAKY: first attempts get 503. SLOW: 20 KB/s a connection. "
             "HOSTILE: each fault kind once, by path",
     .offset = FIELD(profile)},
    {.name = "book",
     .kind = OPTION_FLAG,
     .help = "LOCAL, DELAY and ERROR, on three ports from --port on (0: any "
             "three)",
     .offset = FIELD(book)},
    {.name = "delay",
     .kind = OPTION_TAKEN,
     .metavar = "SPEC",
     .take = take_delay,
     .shown = "the profile's",
     .accepted = "a delay as in 50ms, uniform:.5:5, normal:1:.2 or "
                 "lognormal:.3:.6",
     .help = "before each response: 50ms, uniform:LOW:HIGH, "
             "normal:MEAN:DEVIATION, lognormal:MEDIAN:SIGMA",
     .offset = FIELD(delay)},
    {.name = "error-rate",
     .kind = OPTION_PROBABILITY,
     .metavar = "P",
     .shown = "the profile's",
     .help = "the share of requests that get status 418, from 0 to 1",
     .offset = FIELD(error_rate)},
    {.name = "fault",
     .kind = OPTION_TEXTS,
     .metavar = "RULE",
     .help = "'KIND[=ARG][,key=value] [@PATTERN] [#ATTEMPTS] [%PROB]', for "
             "instance 'status=503,retry-after=1 @/br/* #2'; repeatable, the "
             "first rule that is met decides. Kinds: delay, slow-headers, "
             "bandwidth, slice, status, limit, reset, close, truncate, hang, "
             "corrupt, garbage, empty, bad-chunk, bad-length, header-bomb, "
             "html, redirect, redirect-loop, etag, meta; with --tls: tls; with "
             "--http2: goaway, rst-stream, window, max-streams, "
             "settings-flood",
     .offset = FIELD(faults)},
    {.name = "seed",
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .fallback = "1",
     .help = "the same seed, the same weather",
     .offset = FIELD(seed)},
    {.group = "For scripts",
     .name = "port-file",
     .kind = OPTION_TEXT,
     .metavar = "FILE",
     .help = "write the port there once it listens (a line each)",
     .offset = FIELD(port_file)},
    {.name = "exit-after",
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .least = 1,
     .shown = "never",
     .help = "end after N requests",
     .offset = FIELD(exit_after)},
    {.name = "exit-with-parent",
     .kind = OPTION_FLAG,
     .help = "end when the process that started it has ended",
     .offset = FIELD(exit_with_parent)},
    {.name = "idle-timeout",
     .kind = OPTION_DURATION,
     .metavar = "S",
     .least = 10000,
     .most = INT64_C(1000000) * 3600 * 24,
     .fallback = "60",
     .help = "close connections that wait so long for a request",
     .offset = FIELD(idle_us)},
    {.name = "grace",
     .kind = OPTION_DURATION,
     .metavar = "S",
     .most = INT64_C(1000000) * 3600,
     .fallback = "10",
     .help = "what SIGTERM leaves to responses under way",
     .offset = FIELD(grace_us)},
    {.group = "Log",
     .name = "log",
     .kind = OPTION_TEXT,
     .metavar = "FILE",
     .shown = "standard error",
     .help = "write the log there",
     .offset = FIELD(log)},
    {.name = "log-format",
     .kind = OPTION_CHOICE,
     .metavar = "book|json",
     .choices = serve_log_formats,
     .fallback = "book",
     .help = "the book's lines, or a JSON object a line",
     .offset = FIELD(log_format)},
    {.name = "quiet",
     .letter = 'q',
     .kind = OPTION_FLAG,
     .help = "no log on standard error",
     .offset = FIELD(quiet)},
    OPTION_COMMON_ROWS,
};

const struct option_table serve_option_table = {
    .command = "serve",
    .synopsis = "[OPTIONS] [-- COMMAND [ARG]...]",
    .purpose = "Serve flags over HTTP, with delays, errors and faults that are "
               "the same in each\nrun. With COMMAND: run it with FLAGS_SERVER "
               "set, and exit with its status.",
    .rows = rows,
    .count = COUNT(rows),
    .example = "flags serve -p 0 --fault 'status=503 @/br/* #2' -- make check",
    .example_means = "run tests while the first two attempts at Brazil's flag "
                     "fail",
    .command_follows = true,
};

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

/* Why a kind can do nothing under these settings; NULL: it can. */
static const char *why_useless(enum fault_kind kind,
                               const struct serve_settings *settings)
{
    switch (fault_scope(kind)) {
    case SCOPE_TLS:
        return settings->tls ? NULL : "it is for --tls";
    case SCOPE_HTTP2:
    case SCOPE_SESSION:
        return settings->http2 || settings->http2_only ? NULL
                                                       : "it is for --http2";
    case SCOPE_HTTP1:
        return settings->http2_only ? "HTTP/2 has no such fault" : NULL;
    case SCOPE_REQUEST:
        break;
    }
    return NULL;
}

static int add_rules(struct weather *w, const struct serve_settings *settings,
                     struct command_line *line)
{
    for (size_t i = 0; i < settings->faults.count; i++) {
        const char *rule = settings->faults.items[i];
        char why[400] = "";
        const char *useless;
        int rc = weather_add_rule(w, rule, why, sizeof(why));

        if (rc == -EINVAL)
            return refuse_rule(line, rule, why);
        if (rc < 0)
            return rc;
        useless =
            why_useless(w->rules.items[w->rules.count - 1].kind, settings);
        if (useless)
            return refuse_rule(line, rule, useless);
    }
    return 0;
}

static void add_passed(const struct fault_list *list, char *names, size_t room)
{
    for (size_t i = 0; i < list->count; i++) {
        const char *name = fault_kind_name(list->items[i].kind);
        size_t used = strlen(names);

        if (fault_scope(list->items[i].kind) == SCOPE_HTTP1 &&
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
        .weather = w,
    };
    return add_rules(w, settings, line);
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
    if (!settings->book)
        return 0;
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
        return plan_listener(plan, profile_names[settings->profile], settings,
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

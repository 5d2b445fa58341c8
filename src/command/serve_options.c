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

const char *const serve_profiles[] = {"LOCAL", "DELAY",   "ERROR", "FLAKY",
                                      "SLOW",  "HOSTILE", NULL};

static const char *const key_names[] = {"path", "path+query", "path+range",
                                        NULL};

static const char *const ready_forms[] = {"text", "json", NULL};

#define DELAY_ACCEPTED \
    "a delay as in 50ms, uniform:.5:5, normal:1:.2 or lognormal:.3:.6"

static int take_connect_delay(void *settings, const char *text)
{
    return delay_parse(&((struct serve_settings *)settings)->connect, text);
}

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
    {.name = "unix",
     .kind = OPTION_TEXT,
     .metavar = "PATH",
     .shown = "none",
     .help = "listen on a UNIX socket, too",
     .offset = FIELD(unix_path)},
    {.name = "upstream",
     .kind = OPTION_TEXT,
     .metavar = "URL",
     .shown = "none",
     .help = "pass requests on to that server, in place of --root; rules are "
             "for its answers",
     .offset = FIELD(upstream)},
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
    {.group = "Weather (delays and faults)",
     .name = "profile",
     .kind = OPTION_CHOICE,
     .metavar = "NAME",
     .choices = serve_profiles,
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
     .accepted = DELAY_ACCEPTED,
     .help = "before each response: 50ms, uniform:LOW:HIGH, "
             "normal:MEAN:DEVIATION, lognormal:MEDIAN:SIGMA",
     .offset = FIELD(delay)},
    {.name = "connect-delay",
     .kind = OPTION_TAKEN,
     .metavar = "SPEC",
     .take = take_connect_delay,
     .shown = "none",
     .accepted = DELAY_ACCEPTED,
     .help = "before anything is read on a connection: likewise",
     .offset = FIELD(connect)},
    {.name = "error-rate",
     .kind = OPTION_PROBABILITY,
     .metavar = "P",
     .shown = "the profile's",
     .help = "the share of requests that get status 418, as in .25 or 25%",
     .offset = FIELD(error_rate)},
    {.name = "fault",
     .kind = OPTION_TEXTS,
     .metavar = "RULE",
     .help = "'KIND[=ARG][,key=value] [@PATTERN] [#ATTEMPTS] [%PROB]', for "
             "instance 'status=503,retry-after=1 @/br/* #2'; repeatable, the "
             "first rule that is met decides. Kinds: delay, slow-headers, "
             "bandwidth, slice, status, limit, reset, close, truncate, hang, "
             "corrupt, garbage, empty, bad-chunk, bad-length, header-bomb, "
             "html, redirect, redirect-loop, etag, meta, read, early, refuse, "
             "accept, down; with --tls: tls; with "
             "--http2: goaway, rst-stream, window, max-streams, "
             "settings-flood",
     .words = fault_beginnings,
     .offset = FIELD(faults)},
    {.name = "seed",
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .fallback = "1",
     .help = "the same seed, the same weather",
     .offset = FIELD(seed)},
    {.name = "attempt-key",
     .kind = OPTION_CHOICE,
     .metavar = "KEY",
     .choices = key_names,
     .fallback = "path",
     .help = "what attempts are counted by, and draws hang on, beside the "
             "method and the run: path, path+query or path+range",
     .offset = FIELD(attempt_key)},
    {.group = "Who may",
     .name = "cors",
     .kind = OPTION_FLAG,
     .help = "let web pages of any origin read the responses, and answer their "
             "preflights",
     .offset = FIELD(cors)},
    {.name = "dotfiles",
     .kind = OPTION_FLAG,
     .help = "serve files and directories whose names begin with a dot",
     .offset = FIELD(dotfiles)},
    {.name = "remote-control",
     .kind = OPTION_FLAG,
     .help = "let other hosts use /__flags/, and under any name of this one",
     .offset = FIELD(remote_control)},
    {.name = "request-faults",
     .kind = OPTION_FLAG,
     .help = "let a request bring a rule for itself: X-Flags-Fault: RULE",
     .offset = FIELD(request_faults)},
    {.group = "Forecast",
     .name = "forecast",
     .kind = OPTION_TEXTS,
     .metavar = "PATH",
     .help = "print what requests for that path will meet, and do not serve; "
             "repeatable",
     .offset = FIELD(forecast)},
    {.name = "attempts",
     .kind = OPTION_INTEGER,
     .metavar = "N",
     .least = 1,
     .most = 1000,
     .fallback = "5",
     .help = "of so many attempts (with --forecast)",
     .offset = FIELD(attempts)},
    {.name = "json",
     .kind = OPTION_FLAG,
     .help = "as JSON (with --forecast)",
     .offset = FIELD(json)},
    {.group = "For scripts",
     .name = "port-file",
     .kind = OPTION_TEXT,
     .metavar = "FILE",
     .help = "write the port there once it listens (a line each)",
     .offset = FIELD(port_file)},
    {.name = "ready",
     .kind = OPTION_CHOICE,
     .metavar = "text|json",
     .choices = ready_forms,
     .fallback = "text",
     .help = "how standard output tells that it listens: a line each, or one "
             "JSON object with urls, ports, unix, ca and pid",
     .offset = FIELD(ready)},
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
     .help = "close connections that bring no request, or take nothing of an "
             "answer, for so long",
     .offset = FIELD(idle_us)},
    {.name = "grace",
     .kind = OPTION_DURATION,
     .metavar = "S",
     .most = INT64_C(1000000) * 3600,
     .fallback = "5",
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
     .help = "lines as in Fluent Python, or a JSON object a line",
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
    .example =
        "flags serve -p 0 --fault 'status=503 @/br/* #2' -- flags get br us\n"
        "  flags serve --delay uniform:.1:.5 --fault 'reset=body:50% %10'",
    .example_means = "meet two failures at Brazil's flag; a slow server, one "
                     "in ten of whose answers breaks",
    .command_follows = true,
};

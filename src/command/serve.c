#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "await/await.h"
#include "cli/command.h"
#include "cli/message.h"
#include "command/commands.h"
#include "command/serve_address.h"
#include "command/serve_child.h"
#include "command/serve_forecast.h"
#include "command/serve_log.h"
#include "command/serve_options.h"
#include "command/serve_ready.h"
#include "command/serve_tls.h"
#include "process/corpus.h"
#include "process/interrupt.h"

/* As env(1) and nohup(1) have it for a command that cannot be run. */
enum { STATUS_CANNOT_RUN = 126, STATUS_NO_COMMAND = 127 };

/* One `flags serve`, from its settings to its status. */
struct serve {
    struct serve_settings settings;
    struct command_line line;
    struct serve_plan plan;
    struct serve_log log;
    struct serve_tls tls;
    struct fixture *server;
    struct serve_child child;
    char root[PATH_MAX];
    int status;
    int signum; /* the signal that asked for the end */
};

static void fail(struct serve *serve, const char *what, const char *which,
                 int rc)
{
    serve->status = EXIT_STATUS_LOCAL;
    message_failure(what, which, rc);
}

/*
 * Die with the process that started us. It may be gone already: a parent that
 * changes while we ask the kernel was the one. What is left is that it dies
 * between its fork and this; then nobody reads what we print, either.
 */
static bool follow_parent(pid_t parent)
{
    return prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent;
}

/* As many connections as we may have. */
static void raise_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* else with what there is */
}

/* The buffers of busy connections come and go at the top of the heap, which
   would be given back to the kernel and fetched again all the time. */
static void keep_heap(void)
{
#ifdef M_TRIM_THRESHOLD
    (void)mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024);
#endif
}

static int announce(struct serve *serve)
{
    const char *what;
    int rc =
        serve_ready_announce(&serve->settings, serve->server, serve->plan.count,
                             serve->tls.ca, serve->line.command != NULL, &what);

    if (rc < 0)
        fail(serve, what ? "cannot write" : "cannot write to standard output",
             what, rc);
    return rc;
}

/* A command decides about the end itself: the signal is for it. SIGINT it has
   from the terminal already. */
static void end_by(struct serve *serve, int signum)
{
    if (serve->signum)
        interrupt_die(signum); /* the second one: at once */
    serve->signum = signum;
    if (!serve->line.command)
        fixture_stop(serve->server);
    else if (signum != SIGINT)
        serve_child_signal(&serve->child, signum);
}

static void on_sigint(void *serve)
{
    end_by(serve, SIGINT);
}

static void on_sigterm(void *serve)
{
    end_by(serve, SIGTERM);
}

static void on_sighup(void *serve)
{
    end_by(serve, SIGHUP);
}

static int watch_signals(struct serve *serve)
{
    static const struct {
        int signum;
        aw_callback fn;
    } handlers[] = {
        {SIGINT, on_sigint}, {SIGTERM, on_sigterm}, {SIGHUP, on_sighup}};

    for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
        struct sigaction now;
        int rc;

        /* What nohup(1) had ignored stays ignored. */
        if (sigaction(handlers[i].signum, NULL, &now) == 0 &&
            now.sa_handler == SIG_IGN)
            continue;
        rc = aw_add_signal_handler(NULL, handlers[i].signum, handlers[i].fn,
                                   serve);
        if (rc < 0) {
            fail(serve, "cannot handle signals", "", rc);
            return rc;
        }
    }
    return 0;
}

static void on_command_end(void *data)
{
    struct serve *serve = data;

    serve->status = serve->child.status;
    fixture_stop(serve->server);
}

static int start_command(struct serve *serve)
{
    int rc;

    if (!serve->line.command)
        return 0;
    serve->child.on_end = on_command_end;
    serve->child.data = serve;
    rc = serve_tls_export(&serve->tls);
    if (rc == 0)
        rc = serve_environment(&serve->settings, serve->server);
    if (rc == 0)
        rc = serve_child_start(&serve->child, serve->line.command);
    if (rc < 0) {
        fail(serve, "cannot run", serve->line.command[0], rc);
        serve->status = rc == -ENOENT ? STATUS_NO_COMMAND : STATUS_CANNOT_RUN;
    }
    return rc;
}

static void on_event(const struct fixture_event *event, void *serve)
{
    serve_log_event(event, &((struct serve *)serve)->log);
}

static void on_notice(const char *text, void *serve)
{
    (void)serve;
    message("%s", text);
}

static int open_server(struct serve *serve)
{
    const struct serve_settings *settings = &serve->settings;
    struct fixture_options options = {
        .root = serve->root[0] ? serve->root : NULL,
        .embedded = corpus_embedded,
        .listeners = serve->plan.listeners,
        .listener_count = serve->plan.count,
        .idle_s = (double)settings->idle_us / 1e6,
        .grace_s = (double)settings->grace_us / 1e6,
        .exit_after = settings->exit_after,
        .upstream = settings->upstream,
        .tls = serve->tls.server,
        .http2 = settings->http2,
        .http2_only = settings->http2_only,
        .dotfiles = settings->dotfiles,
        .cors = settings->cors,
        .remote_control = settings->remote_control,
        .request_faults = settings->request_faults,
        .key = (enum fixture_key)settings->attempt_key,
        .on_event = serve->log.out ? on_event : NULL,
        .on_notice = on_notice,
        .data = serve,
    };
    char where[128];
    size_t failed;
    int rc = fixture_open(&serve->server, &options, &failed);

    if (rc == 0)
        return 0;
    if (failed > serve->plan.count) {
        fail(serve, "cannot listen on", settings->unix_path, rc);
    } else if (failed < serve->plan.count) {
        snprintf(where, sizeof(where), "%s port %d", settings->bind,
                 serve->plan.listeners[failed].port);
        fail(serve, "cannot listen on", where, rc);
    } else {
        fail(serve, "cannot serve", serve->root, rc);
    }
    return rc;
}

/* The main task. */
static int serve_all(void *arg, aw_value *ret)
{
    struct serve *serve = arg;
    int rc = open_server(serve);

    (void)ret;
    if (rc < 0)
        return 0; /* told already, as are the others */
    rc = watch_signals(serve);
    if (rc == 0)
        rc = announce(serve);
    if (rc == 0)
        rc = start_command(serve);
    if (rc == 0)
        rc = fixture_wait(serve->server);
    if (fixture_close(serve->server) == AW_ECANCELED)
        rc = AW_ECANCELED;
    if (serve->child.process)
        rc = serve_child_wait(&serve->child);
    return rc == AW_ECANCELED ? rc : 0;
}

static int open_log(struct serve *serve)
{
    const struct serve_settings *settings = &serve->settings;

    serve->log.format = (enum serve_log_format)settings->log_format;
    if (settings->log)
        serve->log.out = fopen(settings->log, "we");
    else if (!settings->quiet)
        serve->log.out = stderr;
    else
        return 0;
    if (serve->log.out) {
        serve_log_begin(&serve->log, &serve->plan);
        return 0;
    }
    fail(serve, "cannot write to", settings->log, -errno);
    return -EIO;
}

static void close_log(struct serve *serve)
{
    int error = serve->log.error;

    if (!serve->log.out || serve->log.out == stderr)
        return;
    if (fclose(serve->log.out) != 0 && error == 0)
        error = errno;
    if (error)
        fail(serve, "cannot write all of", serve->settings.log, -error);
}

static int open_tls(struct serve *serve)
{
    const char *what;
    int rc = serve->settings.tls ? serve_tls_open(&serve->tls, &serve->settings,
                                                  &serve->plan, &what)
                                 : 0;

    if (rc < 0)
        fail(serve, "cannot make", what, rc);
    return rc;
}

static void warn(const struct serve *serve)
{
    char kinds[100];

    if (serve_plan_passes_over(&serve->plan, &serve->settings, kinds,
                               sizeof(kinds)))
        fprintf(stderr,
                "flags: on HTTP/2 there is no %s: requests there pass over "
                "these rules\n",
                kinds);
}

static int forecast(struct serve *serve)
{
    int rc = serve_forecast_print(&serve->settings, &serve->plan);

    if (rc < 0)
        fail(serve, "cannot write to standard output", NULL, rc);
    return serve->status;
}

/* Everything but the options. Gives the status. */
static int serve_run(struct serve *serve)
{
    const struct serve_settings *settings = &serve->settings;
    int rc = 0;

    if (settings->root)
        snprintf(serve->root, sizeof(serve->root), "%s", settings->root);
    else
        rc = corpus_find(serve->root, sizeof(serve->root));
    if (rc < 0 || open_log(serve) < 0)
        return EXIT_STATUS_LOCAL;
    if (open_tls(serve) < 0) {
        close_log(serve);
        return EXIT_STATUS_LOCAL;
    }
    warn(serve);
    raise_descriptors();
    keep_heap();
    rc = aw_run(aw_call(serve_all, serve), NULL, NULL);
    if (rc < 0)
        fail(serve, "the server ended", "by itself", rc);
    serve_tls_close(&serve->tls);
    close_log(serve);
    return serve->status;
}

static int run(int argc, char **argv)
{
    pid_t parent = getppid(); /* first of all: see follow_parent() */
    struct serve *serve = calloc(1, sizeof(*serve));
    int status = EXIT_STATUS_LOCAL;
    int rc;

    if (!serve) {
        message("%s", aw_strerror(-ENOMEM));
        return status;
    }
    if (command_begin(&serve->line, &serve_option_table, &serve->settings, argc,
                      argv, &status)) {
        rc = serve_plan_make(&serve->plan, &serve->settings, &serve->line);
        if (rc == -EINVAL)
            status = command_usage_error(&serve->line);
        else if (rc < 0)
            fail(serve, "cannot begin", "", rc);
        else if (serve->settings.forecast.count > 0)
            status = forecast(serve);
        else if (!serve->settings.exit_with_parent || follow_parent(parent))
            status = serve_run(serve);
        serve_plan_close(&serve->plan);
    }
    option_settings_free(&serve_option_table, &serve->settings);
    rc = serve->line.command ? 0 : serve->signum;
    free(serve);
    if (rc == SIGINT || rc == SIGHUP)
        interrupt_die(rc);
    return status;
}

const struct command command_serve = {
    .name = "serve",
    .purpose = "serve flags with repeatable delays, errors and faults",
    .options = &serve_option_table,
    .manual = &serve_manual,
    .run = run,
    .uses_libcurl = true,
};

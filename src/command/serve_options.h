#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cli/option.h"
#include "fixture/fixture.h"

/*
 * serve_options: the settings of `flags serve`, and the weathers they make.
 */

/* How it says that it listens. */
enum serve_ready { SERVE_READY_TEXT, SERVE_READY_JSON };

struct serve_settings {
    const char *root; /* NULL: the corpus */
    const char *bind;
    int64_t port;
    const char *unix_path; /* NULL: none */
    const char *upstream;  /* NULL: none */
    bool tls;
    const char *ca_file; /* NULL: a temporary one */
    bool http2;
    bool http2_only;
    bool book;
    int profile; /* the index of weather_profile_name() */
    struct delay delay;
    struct delay connect;
    double error_rate;
    int64_t seed;
    struct option_texts faults;
    struct option_texts forecast; /* paths; none: serve */
    int64_t attempts;
    bool json;
    const char *port_file;
    int ready; /* enum serve_ready */
    int64_t exit_after;
    bool exit_with_parent;
    int64_t idle_us;
    int64_t grace_us;
    const char *log;
    int log_format; /* enum serve_log_format */
    bool quiet;
    bool cors;
    bool dotfiles;
    bool remote_control;
    bool request_faults;
    int attempt_key; /* enum fixture_key */
};

extern const struct option_table serve_option_table;

/* The profiles, ended by NULL: what `profile` is the index of. */
extern const char *const serve_profiles[];

enum { SERVE_LISTENERS_MOST = 3 };

/* What the settings come to: the listeners with a weather each. They point
   into the struct, which so cannot be copied. */
struct serve_plan {
    struct weather weathers[SERVE_LISTENERS_MOST];
    struct fixture_listener listeners[SERVE_LISTENERS_MOST];
    size_t count;
};

/* 0; -EINVAL: a usage error, told by line->error; -ENOMEM. In every case
   serve_plan_close() is due. */
int serve_plan_make(struct serve_plan *plan,
                    const struct serve_settings *settings,
                    struct command_line *line);
void serve_plan_close(struct serve_plan *plan);

/* Whether HTTP/2 will be spoken, and passes over rules: `names` is a list of
   their kinds, as they are written. */
bool serve_plan_passes_over(const struct serve_plan *plan,
                            const struct serve_settings *settings, char *names,
                            size_t room);

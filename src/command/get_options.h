#pragma once

#include "cli/limits.h"
#include "cli/network.h"
#include "cli/option.h"
#include "cli/saving.h"
#include "cli/work.h"
#include "command/get_network.h"
#include "download/options.h"
#include "download/shard.h"
#include "text/endpoint.h"

/*
 * get_options: what the command line of `flags get` may say, in its table, and
 * what it means, in a plan, before anybody is contacted.
 */

struct get_settings {
    struct work_settings work;
    struct limit_settings limits;
    struct saving_settings saving;
    struct network_settings network;
    int64_t seed; /* only if it was given */
    struct option_texts inputs;
    int strategy;           /* index in get_strategies() */
    int64_t max_req;        /* 0: not said */
    unsigned loops;         /* LOOPS_AUTO, or how many */
    int reuse;              /* 0: yes, 1: no */
    const char *output_dir; /* NULL: the default */
    bool verbose, quiet;
    int progress; /* enum get_progress */
    int colour;   /* enum get_colour */
    bool timeline;
    const char *json, *events, *failed; /* as trace */
    bool dry_run;
    const char *shard; /* "3/8", "auto"; NULL: everything is ours */
    bool shared;       /* limits are those of all shards together */
    const char *trace; /* a file, "-" for stdout; NULL: not wanted */
    int compat;        /* enum compat, less 1; only if it was given */
    /* Not in the help: for `flags compare`, which starts us. */
    int64_t feed_fd; /* where to write a report/feed.h; 0: nowhere */
    bool hide_query; /* of URLs, in a line about an item */
    bool keep_query; /* whole there; neither: but for secrets by name */
    bool hush;       /* not a line about an item */
    bool direct;     /* the server is a fixture that was started for us */
    int64_t work_us; /* to be computed on each image */
};

extern const struct option_table get_option_table;

/* As the options name them. */
enum get_progress {
    GET_PROGRESS_AUTO,
    GET_PROGRESS_BAR,
    GET_PROGRESS_PLAIN,
    GET_PROGRESS_NONE
};
enum get_colour { GET_COLOUR_AUTO, GET_COLOUR_ALWAYS, GET_COLOUR_NEVER };

enum { GET_FIXTURES = 2 };

struct get_plan {
    struct selection selection; /* may be empty, where there are */
    const char *const *urls;    /* which the line has, as it has lists */
    size_t url_count;
    struct shard shard;
    struct schedule_limits limits;
    struct source source;
    struct get_network network;
    const struct downloader *strategy;
    unsigned max_req;     /* as -m and the strategy have it */
    unsigned connections; /* the same, but no more than there are items */
    unsigned loops;       /* of async: LOOPS_AUTO, or how many */
    enum compat compat;
    const char *directory; /* borrowed from the settings */
    /* Origins of the environment's that are a `flags serve`: attempts are
       numbered there, for it to repeat its weather. */
    struct endpoint fixtures[GET_FIXTURES];
    size_t fixture_count;
};

/*
 * Read the meaning of `settings` and of the line's arguments. Warns on stderr
 * of what is clamped. 0; -EINVAL: a usage error, in line->error; -ENOMEM.
 * On success the caller calls get_plan_close().
 */
int get_plan_make(struct get_plan *plan, const struct get_settings *settings,
                  struct command_line *line);
void get_plan_close(struct get_plan *plan);

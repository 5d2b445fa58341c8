#pragma once

#include <stdbool.h>

#include "cli/words.h"
#include "comparison/settings.h"
#include "country/selection.h"
#include "country/source.h"
#include "fixture/weather.h"
#include "process/local_server.h"

/*
 * compare_work: what all runs of a comparison have in common: the codes, the
 * server, and what each `flags get` is told of them.
 *
 * Ownership: embedded by the caller, zeroed; compare_work_close() once, also
 * after a failure. It borrows settings and command line.
 */

struct compare_work {
    struct selection selection;
    struct source source;
    struct local_server server; /* ours, if server_started */
    bool server_started;
    struct weather weather; /* of our server */
    char *ca;               /* of our server's certificates; NULL: no TLS */
    char *root;             /* of our server; NULL: the corpus */
    const char *url;        /* of the server, as --server takes it */
    struct words arguments; /* for `flags get`, codes included */
};

/* Read the meaning of settings and line, which `table` was read by. 0; -EINVAL:
   a usage error, in line->error; -ENOMEM. */
int compare_work_plan(struct compare_work *work,
                      const struct compare_settings *settings,
                      struct command_line *line,
                      const struct option_table *table);

/* Make the files in `directory` that our server needs. A negative errno value:
   some of them may be there. */
int compare_work_make_files(struct compare_work *work,
                            const struct compare_settings *settings,
                            const char *directory);

/* After that, start the fixture with the weather, unless the user has a server;
   the source has its base afterwards. Its certificates are in `directory`, and
   with TLS the environment tells what is run whom to trust. As
   local_server_start(). */
int compare_work_begin(struct compare_work *work,
                       const struct compare_settings *settings,
                       const char *directory, local_server_main serve);

void compare_work_close(struct compare_work *work);

#include "command/serve_ready.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/message.h"
#include "command/serve_address.h"
#include "fixture/json_text.h"
#include "fixture/whole_file.h"

enum { URL_ROOM = 128 };

/* Whoever reaches it can download what is below the root. */
static void warn_of_others(const struct serve_settings *settings)
{
    if (serve_is_own_address(settings->bind))
        return;
    message_warning("--bind %s: other hosts can reach the server%s",
                    settings->bind,
                    settings->remote_control
                        ? ", and by --remote-control its /__flags/, too"
                        : "; its /__flags/ is for this one alone");
}

static int write_port_file(const char *name, const struct fixture *server,
                           size_t count)
{
    struct whole_file file;
    int rc = whole_file_open(&file, name);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < count; i++)
        fprintf(file.out, "%d\n", fixture_port(server, i));
    return whole_file_close(&file, 0);
}

int serve_print_json(json_t *value, size_t flags)
{
    char *text = value ? json_dumps(value, flags) : NULL;

    json_decref(value);
    if (!text)
        return -ENOMEM;
    puts(text);
    free(text);
    return 0;
}

static json_t *name_json(const char *name)
{
    return name && *name ? json_text(name, strlen(name)) : json_null();
}

/* The listeners' URLs and ports, in their order. */
static int print_json(const struct serve_settings *settings,
                      const struct fixture *server, size_t count,
                      const char *ca)
{
    json_t *urls = json_array();
    json_t *ports = json_array();
    json_t *all;

    for (size_t i = 0; i < count; i++) {
        char url[URL_ROOM];

        serve_url(settings, server, settings->bind, i, "/flags", url,
                  sizeof(url));
        json_array_append_new(urls, json_string(url));
        json_array_append_new(ports, json_integer(fixture_port(server, i)));
    }
    all = json_pack("{s:o, s:o, s:o, s:o, s:I}", "urls", urls, "ports", ports,
                    "unix", name_json(settings->unix_path), "ca", name_json(ca),
                    "pid", (json_int_t)getpid());
    return serve_print_json(all, JSON_COMPACT);
}

static void print_text(const struct serve_settings *settings,
                       const struct fixture *server, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char url[URL_ROOM];

        serve_url(settings, server, settings->bind, i, "/flags", url,
                  sizeof(url));
        printf("flags serve: listening on %s\n", url);
    }
    if (settings->unix_path)
        printf("flags serve: listening on unix:%s\n", settings->unix_path);
}

int serve_ready_announce(const struct serve_settings *settings,
                         const struct fixture *server, size_t count,
                         const char *ca, bool has_command, const char **what)
{
    int rc = 0;

    if (settings->port_file) {
        *what = settings->port_file;
        rc = write_port_file(settings->port_file, server, count);
        if (rc < 0)
            return rc;
    }
    warn_of_others(settings);
    if (settings->quiet && has_command)
        return 0; /* standard output is the command's own */
    *what = NULL;
    if (settings->ready == SERVE_READY_JSON)
        rc = print_json(settings, server, count, ca);
    else
        print_text(settings, server, count);
    return rc == 0 ? command_flush_stdout() : rc;
}

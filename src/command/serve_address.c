#include "command/serve_address.h"

#include <stdio.h>
#include <string.h>

#include "command/serve_child.h"

void serve_url(const struct serve_settings *settings,
               const struct fixture *server, const char *host, size_t i,
               const char *path, char *url, size_t size)
{
    bool is_v6 = strchr(host, ':') != NULL;

    if (settings->upstream && strcmp(path, "/flags") == 0)
        path = ""; /* all paths are the upstream's */
    snprintf(url, size, "http%s://%s%s%s:%d%s", settings->tls ? "s" : "",
             is_v6 ? "[" : "", host, is_v6 ? "]" : "", fixture_port(server, i),
             path);
}

/* An address of this host, where we listen on all that it has. */
static const char *reachable(const char *bind)
{
    if (strcmp(bind, "0.0.0.0") == 0)
        return "127.0.0.1";
    return strcmp(bind, "::") == 0 ? "::1" : bind;
}

bool serve_is_own_address(const char *bind)
{
    return strncmp(bind, "127.", 4) == 0 || strcmp(bind, "::1") == 0;
}

int serve_environment(const struct serve_settings *settings,
                      const struct fixture *server)
{
    static const struct {
        const char *name;
        const char *path;
        size_t listener;
        bool of_book;
    } variables[] = {
        {"FLAGS_SERVER", "/flags", 0, false},
        {"FLAGS_ORIGIN", "", 0, false},
        {"FLAGS_STATS", "/__flags/stats", 0, false},
        {"FLAGS_LOCAL", "/flags", 0, true},
        {"FLAGS_DELAY", "/flags", 1, true},
        {"FLAGS_ERROR", "/flags", 2, true},
    };
    const char *host = reachable(settings->bind);
    char url[128];
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof(variables) / sizeof(variables[0]);
         i++) {
        if (variables[i].of_book && !settings->book)
            continue;
        serve_url(settings, server, host, variables[i].listener,
                  variables[i].path, url, sizeof(url));
        rc = serve_child_set(variables[i].name, url);
    }
    if (rc == 0)
        rc = serve_child_except("no_proxy", host);
    return rc == 0 ? serve_child_except("NO_PROXY", host) : rc;
}

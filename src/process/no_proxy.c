#include "process/no_proxy.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/endpoint.h"

#define LOOPBACK "127.0.0.1,localhost,::1"

static bool is_loopback(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "localhost") == 0 ||
           strcmp(host, "[::1]") == 0;
}

/* Those that read the variable know IPv6 addresses without brackets. */
static void name_hosts(char hosts[ENDPOINT_HOST_SIZE], const char *host)
{
    size_t length = strlen(host);

    if (is_loopback(host))
        snprintf(hosts, ENDPOINT_HOST_SIZE, LOOPBACK);
    else if (host[0] == '[')
        snprintf(hosts, ENDPOINT_HOST_SIZE, "%.*s", (int)length - 2, host + 1);
    else
        snprintf(hosts, ENDPOINT_HOST_SIZE, "%s", host);
}

/* A copy of what the variable holds, with the hosts; a star alone is all of
   them. NULL: no memory. */
static char *with_hosts(const char *value, const char *hosts)
{
    size_t size = strlen(value) + strlen(hosts) + 2;
    char *made = malloc(size);

    if (made && strcmp(value, "*") == 0)
        snprintf(made, size, "%s", value);
    else if (made)
        snprintf(made, size, "%s%s%s", value, *value ? "," : "", hosts);
    return made;
}

int no_proxy_add(const char *url)
{
    const char *lower = getenv("no_proxy");
    const char *upper = getenv("NO_PROXY");
    struct endpoint endpoint;
    char hosts[ENDPOINT_HOST_SIZE];
    char *made[2];
    int rc = -ENOMEM;

    if (!endpoint_of(&endpoint, url))
        return 0;
    if (!lower)
        lower = upper ? upper : "";
    if (!upper)
        upper = lower;
    name_hosts(hosts, endpoint.host);
    made[0] = with_hosts(lower, hosts);
    made[1] = with_hosts(upper, hosts);
    if (made[0] && made[1] && setenv("no_proxy", made[0], 1) == 0 &&
        setenv("NO_PROXY", made[1], 1) == 0)
        rc = 0;
    free(made[0]);
    free(made[1]);
    return rc;
}

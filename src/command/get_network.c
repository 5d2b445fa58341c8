#include "command/get_network.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "text/url.h"

/* A token of RFC 9110, 5.6.2. */
static size_t token_length(const char *text)
{
    return strspn(text, "!#$%&'*+-.^_`|~0123456789"
                        "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

/* Its value may be a secret: only the name is told. */
static int check_header(const char *text, struct command_line *line)
{
    size_t length = token_length(text);
    bool good = length > 0 && (text[length] == ':' || text[length] == ';');
    char name[64] = "...";

    for (const char *at = text; good && *at; at++)
        good = !iscntrl((unsigned char)*at) || *at == '\t';
    if (good)
        return 0;
    if (length > 0 && length < sizeof(name) && text[length] == ':') {
        memcpy(name, text, length);
        name[length] = '\0';
    }
    return command_line_refuse(line, "--header", name,
                               "'Name: value' on one line; 'Name;' for an "
                               "empty one, 'Name:' for none",
                               NULL);
}

/* The part up to the next colon that is not within brackets; NULL: none. */
static const char *past_colon(const char *text)
{
    if (*text == '[') {
        text = strchr(text, ']');
        if (!text)
            return NULL;
        text++;
    }
    text += strcspn(text, ":");
    return *text ? text + 1 : NULL;
}

static bool is_port(const char *text, char end, bool may_be_empty)
{
    char *after;
    unsigned long port;

    if (*text == end)
        return may_be_empty;
    if (!isdigit((unsigned char)*text))
        return false;
    port = strtoul(text, &after, 10);
    return *after == end && port > 0 && port <= 65535;
}

/* The numbers of a host, IPv6 in brackets or without. */
static bool is_address(const char *text, size_t length)
{
    char address[INET6_ADDRSTRLEN];
    struct in6_addr bytes;

    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    if (length >= sizeof(address))
        return false;
    memcpy(address, text, length);
    address[length] = '\0';
    return inet_pton(AF_INET, address, &bytes) == 1 ||
           inet_pton(AF_INET6, address, &bytes) == 1;
}

static bool are_addresses(const char *text)
{
    for (;;) {
        size_t length = strcspn(text, ",");

        if (!is_address(text, length))
            return false;
        if (!text[length])
            return true;
        text += length + 1;
    }
}

static int check_resolve(const char *text, struct command_line *line)
{
    const char *host = *text == '+' ? text + 1 : text;
    const char *port = past_colon(host);
    const char *address = port ? past_colon(port) : NULL;

    if (address && port - 1 > host && is_port(port, ':', false) &&
        are_addresses(address))
        return 0;
    return command_line_refuse(
        line, "--resolve", text,
        "HOST:PORT:ADDRESS, as example.org:443:127.0.0.1", NULL);
}

static int check_connect_to(const char *text, struct command_line *line)
{
    const char *port = past_colon(text);
    const char *host = port ? past_colon(port) : NULL;
    const char *to_port = host ? past_colon(host) : NULL;

    if (to_port && is_port(port, ':', true) && is_port(to_port, '\0', true))
        return 0;
    return command_line_refuse(line, "--connect-to", text,
                               "HOST:PORT:HOST:PORT, where each may be empty",
                               NULL);
}

static int check_each(const struct option_texts *texts,
                      int (*check)(const char *text, struct command_line *line),
                      struct command_line *line)
{
    int rc = 0;

    for (size_t i = 0; i < texts->count && rc == 0; i++)
        rc = check(texts->items[i], line);
    return rc;
}

static int check_together(const struct network_settings *settings,
                          struct command_line *line)
{
    if (settings->ipv4 && settings->ipv6)
        return command_line_refuse(line, "--ipv6", NULL,
                                   "only one of -4 and -6", NULL);
    if (settings->http1 + settings->http2 + settings->http2_prior > 1)
        return command_line_refuse(
            line, settings->http2_prior ? "--http2-prior-knowledge" : "--http2",
            NULL, "only one of --http1.1, --http2 and --http2-prior-knowledge",
            NULL);
    if (settings->unix_socket && settings->proxy && *settings->proxy)
        return command_line_refuse(line, "--unix-socket", NULL,
                                   "only one of --proxy and --unix-socket",
                                   NULL);
    return 0;
}

static int check(const struct network_settings *settings,
                 struct command_line *line)
{
    enum { SOCKET_MOST = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1 };
    char shown[URL_MASKED_SIZE];
    int rc = check_together(settings, line);

    if (rc == 0 && settings->proxy && *settings->proxy &&
        !proxy_is_valid(settings->proxy)) {
        url_mask_within(shown, sizeof(shown), settings->proxy);
        rc = command_line_refuse(line, "--proxy", shown,
                                 "the URL of a proxy: http, https, socks4, "
                                 "socks4a, socks5 or socks5h",
                                 NULL);
    }
    if (rc == 0 && settings->ca_file && access(settings->ca_file, R_OK) < 0)
        rc = command_line_refuse(line, "--cacert", settings->ca_file,
                                 "a file that can be read", NULL);
    if (rc == 0 && settings->unix_socket &&
        (!*settings->unix_socket ||
         strlen(settings->unix_socket) > SOCKET_MOST))
        rc = command_line_refuse(line, "--unix-socket", settings->unix_socket,
                                 "the path of a socket, of at most 107 bytes",
                                 NULL);
    if (rc == 0 && settings->user_agent &&
        strpbrk(settings->user_agent, "\r\n"))
        rc = command_line_refuse(line, "--user-agent", settings->user_agent,
                                 "one line", NULL);
    if (rc == 0)
        rc = check_each(&settings->headers, check_header, line);
    if (rc == 0)
        rc = check_each(&settings->resolve, check_resolve, line);
    if (rc == 0)
        rc = check_each(&settings->connect_to, check_connect_to, line);
    return rc;
}

static int make_list(struct curl_slist **list, const struct option_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        struct curl_slist *longer = curl_slist_append(*list, texts->items[i]);

        if (!longer)
            return -ENOMEM;
        *list = longer;
    }
    return 0;
}

int get_network_make(struct get_network *network,
                     const struct network_settings *settings,
                     struct command_line *line)
{
    const struct option_texts *headers = &settings->headers;
    struct get_network made = {0};
    int rc = check(settings, line);

    if (rc < 0)
        return rc;
    if (headers->count > 0) {
        made.headers = calloc(headers->count + 1, sizeof(*made.headers));
        if (!made.headers)
            return -ENOMEM;
        memcpy(made.headers, headers->items,
               headers->count * sizeof(*made.headers));
    }
    rc = make_list(&made.resolve, &settings->resolve);
    if (rc == 0)
        rc = make_list(&made.connect_to, &settings->connect_to);
    if (rc < 0)
        get_network_close(&made);
    else
        *network = made;
    return rc;
}

void get_network_close(struct get_network *network)
{
    free(network->headers);
    curl_slist_free_all(network->resolve);
    curl_slist_free_all(network->connect_to);
    *network = (struct get_network){0};
}

/* Whom to trust, as the variables of OpenSSL and curl(1) have it. */
static void set_certificates(struct transfer_options *options)
{
    const char *names[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE"};

    for (size_t i = 0; i < 2 && !options->ca_file; i++) {
        const char *file = getenv(names[i]);

        options->ca_file = file && *file ? file : NULL;
    }
    options->ca_path = getenv("SSL_CERT_DIR");
    if (options->ca_path && !*options->ca_path)
        options->ca_path = NULL;
}

void get_network_apply(struct transfer_options *options,
                       const struct get_network *network,
                       const struct network_settings *settings)
{
    options->headers = network->headers;
    options->resolve = network->resolve;
    options->connect_to = network->connect_to;
    options->user_agent = settings->user_agent;
    options->insecure = settings->insecure;
    options->family = settings->ipv4   ? TRANSFER_IPV4
                      : settings->ipv6 ? TRANSFER_IPV6
                                       : TRANSFER_ANY_FAMILY;
    options->http = settings->http2_prior ? TRANSFER_HTTP2_PRIOR
                    : settings->http2     ? TRANSFER_HTTP2
                                          : TRANSFER_HTTP1;
    options->unix_socket = settings->unix_socket;
    options->ca_file = settings->ca_file;
    if (!settings->ca_file)
        set_certificates(options);
    /* A proxy that is named is for all; a socket is the way by itself. */
    if (!settings->proxy && !settings->unix_socket) {
        options->proxies = proxy_environment();
    } else if (settings->proxy) {
        options->proxies = proxy_environment();
        options->proxies = (struct proxies){
            .given = settings->proxy,
            .except = *settings->proxy ? options->proxies.except : NULL,
        };
    }
}

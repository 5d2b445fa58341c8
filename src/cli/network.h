#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cli/option.h"

/*
 * network: the options that are passed on to libcurl: over what, and as whom,
 * requests are sent. They are called as curl(1) calls them.
 */

struct network_settings {
    const char *proxy; /* NULL: as the environment says; "": none */
    const char *ca_file;
    bool insecure;
    struct option_texts headers;
    const char *user_agent; /* NULL: ours; "": none is sent */
    struct option_texts resolve, connect_to;
    bool ipv4, ipv6; /* at most one, as of the next three */
    bool http1, http2, http2_prior;
    const char *unix_socket;
};

#define NETWORK_FIELD(type, member, field) \
    (offsetof(type, member) + offsetof(struct network_settings, field))

#define NETWORK_ROWS(type, member)                                           \
    {.group = "Connections",                                                 \
     .name = "proxy",                                                        \
     .kind = OPTION_TEXT,                                                    \
     .metavar = "URL",                                                       \
     .shown = "as the environment says",                                     \
     .help = "go through this proxy: http, https or socks; an empty one is " \
             "none",                                                         \
     .offset = NETWORK_FIELD(type, member, proxy)},                          \
        {.name = "cacert",                                                   \
         .kind = OPTION_TEXT,                                                \
         .metavar = "FILE",                                                  \
         .shown = "the system's",                                            \
         .help = "certificates that are trusted (PEM), a proxy's, too",      \
         .offset = NETWORK_FIELD(type, member, ca_file)},                    \
        {.name = "insecure",                                                 \
         .letter = 'k',                                                      \
         .kind = OPTION_FLAG,                                                \
         .help = "verify no certificate",                                    \
         .offset = NETWORK_FIELD(type, member, insecure)},                   \
        {.name = "header",                                                   \
         .letter = 'H',                                                      \
         .kind = OPTION_TEXTS,                                               \
         .metavar = "LINE",                                                  \
         .help = "send this field, 'Name: value'; to the item's own server " \
                 "only; repeatable",                                         \
         .offset = NETWORK_FIELD(type, member, headers)},                    \
        {.name = "user-agent",                                               \
         .letter = 'A',                                                      \
         .kind = OPTION_TEXT,                                                \
         .metavar = "NAME",                                                  \
         .shown = "flags and its version",                                   \
         .help = "who asks; an empty one is not sent",                       \
         .offset = NETWORK_FIELD(type, member, user_agent)},                 \
        {.name = "resolve",                                                  \
         .kind = OPTION_TEXTS,                                               \
         .metavar = "HOST:PORT:ADDR",                                        \
         .help = "the address of a host, in place of the resolver's; "       \
                 "repeatable",                                               \
         .offset = NETWORK_FIELD(type, member, resolve)},                    \
        {.name = "connect-to",                                               \
         .kind = OPTION_TEXTS,                                               \
         .metavar = "HOST:PORT:HOST:PORT",                                   \
         .help = "connect to the second pair for requests to the first; "    \
                 "repeatable",                                               \
         .offset = NETWORK_FIELD(type, member, connect_to)},                 \
        {.name = "ipv4",                                                     \
         .letter = '4',                                                      \
         .kind = OPTION_FLAG,                                                \
         .help = "use IPv4 addresses only",                                  \
         .offset = NETWORK_FIELD(type, member, ipv4)},                       \
        {.name = "ipv6",                                                     \
         .letter = '6',                                                      \
         .kind = OPTION_FLAG,                                                \
         .help = "use IPv6 addresses only",                                  \
         .offset = NETWORK_FIELD(type, member, ipv6)},                       \
        {.name = "http1.1",                                                  \
         .kind = OPTION_FLAG,                                                \
         .help = "HTTP/1.1, which is the default",                           \
         .offset = NETWORK_FIELD(type, member, http1)},                      \
        {.name = "http2",                                                    \
         .kind = OPTION_FLAG,                                                \
         .help = "HTTP/2 with https, where the server has it",               \
         .offset = NETWORK_FIELD(type, member, http2)},                      \
        {.name = "http2-prior-knowledge",                                    \
         .kind = OPTION_FLAG,                                                \
         .help = "HTTP/2 without asking, also with http",                    \
         .offset = NETWORK_FIELD(type, member, http2_prior)},                \
    {                                                                        \
        .name = "unix-socket", .kind = OPTION_TEXT, .metavar = "FILE",       \
        .help = "connect to this socket, whatever the host",                 \
        .offset = NETWORK_FIELD(type, member, unix_socket)                   \
    }

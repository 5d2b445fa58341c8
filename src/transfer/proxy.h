#pragma once

#include <stdbool.h>

#include "text/endpoint.h"

/*
 * proxy: which proxy a request goes through. Decided here and told to libcurl,
 * by libcurl's own rules, so that a failure can name the proxy: libcurl does
 * not say which one it used (before 8.7), nor does its own text leave the
 * credentials out.
 *
 * Pure, but for proxy_environment().
 */

/* The variables, or what takes their place. Strings are borrowed; NULL or "":
   not set. */
struct proxies {
    const char *given; /* by an option: for all, whatever the others say */
    const char *http;
    const char *https;
    const char *all;
    const char *except; /* no_proxy: hosts that are reached directly */
    const char *https_name, *all_name; /* as the variable is spelt */
};

/* What the environment says: http_proxy (in lower case alone, for a CGI
   program gets HTTP_PROXY from its client), https_proxy, all_proxy, no_proxy,
   or the last three in upper case. Borrowed from the environment. */
struct proxies proxy_environment(void);

struct proxy {
    const char *url;  /* NULL: none, the request goes directly */
    const char *name; /* the variable or option that named it */
};

struct proxy proxy_choose(const struct proxies *proxies,
                          const struct endpoint *origin);

/* Whether libcurl can make something of it. */
bool proxy_is_valid(const char *url);

/* "proxy http://...@host:1 of http_proxy": for messages, without credentials.
 */
enum { PROXY_TEXT_SIZE = 160 };
void proxy_text(char text[PROXY_TEXT_SIZE], const struct proxy *proxy);

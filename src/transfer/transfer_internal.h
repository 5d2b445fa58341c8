#pragma once

#include <curl/curl.h>

#include "transfer/exchange.h"
#include "transfer/headers.h"
#include "transfer/transfer.h"

/*
 * transfer_internal: what the files of `transfer` share.
 */

struct transfer {
    CURL *easy;
    const struct transfer_options *options;
    struct headers headers;
    struct exchange exchange;

    /* As the handle is set. */
    const char *proxy_set;
    bool credentials_set;
    bool has_cookies;

    /* The request that runs. */
    const struct transfer_request *request;
    char *target; /* where redirects have led; NULL: nowhere yet */
    int redirects;
    struct proxy proxy;
    bool bad_proxy;
    bool tls;
    struct reply_times before; /* total_us: of the hops before */
};

/*
 * Set the handle for the request of `url`, the first one or a redirect's
 * target: its fields, credentials, proxy and socket, each only if meant for
 * that origin. CURLE_URL_MALFORMAT: it has no origin;
 * CURLE_COULDNT_RESOLVE_PROXY with `bad_proxy`: the variable names none; or
 * libcurl's word. After a failure the handle is not to be performed.
 */
CURLcode transfer_prepare_hop(struct transfer *transfer, const char *url);

/* Whether it asks for the body only if that has changed. */
bool transfer_is_conditional(const struct transfer_request *request);

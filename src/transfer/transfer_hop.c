#include <inttypes.h>
#include <strings.h>

#include "text/endpoint.h"
#include "transfer/transfer_internal.h"

/* What each origin gets of what is sent: a redirect may lead to a stranger. */

static bool is_fixture(const struct transfer *transfer,
                       const struct endpoint *origin)
{
    const struct transfer_options *options = transfer->options;

    for (size_t i = 0; i < options->fixture_count; i++) {
        if (endpoint_equal(&options->fixtures[i], origin))
            return true;
    }
    return false;
}

static bool is_given(const char *text)
{
    return text && *text;
}

bool transfer_is_conditional(const struct transfer_request *request)
{
    return is_given(request->etag) || is_given(request->last_modified);
}

/* RFC 9110, 13.1. False: no memory. */
static bool add_conditions(struct transfer *transfer)
{
    struct headers *headers = &transfer->headers;
    const struct transfer_request *request = transfer->request;
    const struct continuation *kept = transfer->exchange.continuation;

    if (kept && kept->bytes > 0)
        return headers_write(headers, "Range: bytes=%" PRId64 "-",
                             kept->bytes) &&
               headers_write(headers, "If-Range: %s",
                             continuation_condition(kept));
    return (!is_given(request->etag) ||
            headers_write(headers, "If-None-Match: %s", request->etag)) &&
           (!is_given(request->last_modified) ||
            headers_write(headers, "If-Modified-Since: %s",
                          request->last_modified));
}

/* The fields of a hop to `origin`. */
static CURLcode set_headers(struct transfer *transfer,
                            const struct endpoint *origin,
                            const struct endpoint *first)
{
    struct headers *headers = &transfer->headers;

    headers_begin(headers, !endpoint_equal(origin, first));
    /* Asked for in a header of our own: with CURLOPT_ACCEPT_ENCODING libcurl
       would decode what was not asked for. */
    if (!headers_have(headers, "Accept-Encoding"))
        headers_add(headers, "Accept-Encoding: identity");
    if (!add_conditions(transfer))
        return CURLE_OUT_OF_MEMORY;
    if (transfer->request->attempt > 0 && is_fixture(transfer, origin) &&
        !headers_write(headers, "X-Flags-Attempt: %u",
                       transfer->request->attempt))
        return CURLE_OUT_OF_MEMORY;
    return curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER,
                            headers_list(headers));
}

/* Those of the options are for one origin alone. */
static CURLcode set_credentials(struct transfer *transfer,
                                const struct endpoint *origin,
                                const struct endpoint *first)
{
    const struct transfer_options *options = transfer->options;
    const struct endpoint *owner =
        options->user_for.host[0] ? &options->user_for : first;
    bool wanted = options->user && endpoint_equal(origin, owner);
    CURLcode code;

    if (wanted == transfer->credentials_set)
        return CURLE_OK;
    code = curl_easy_setopt(transfer->easy, CURLOPT_USERNAME,
                            wanted ? options->user : NULL);
    if (code == CURLE_OK)
        code = curl_easy_setopt(transfer->easy, CURLOPT_PASSWORD,
                                wanted ? options->password : NULL);
    transfer->credentials_set = wanted;
    return code;
}

/* The server that we started is reached directly. */
static bool is_started(const struct transfer_options *options,
                       const struct endpoint *origin)
{
    return options->has_started && endpoint_equal(&options->started, origin);
}

static CURLcode set_socket(const struct transfer *transfer,
                           const struct endpoint *origin)
{
    const struct transfer_options *options = transfer->options;

    if (!options->unix_socket)
        return CURLE_OK;
    return curl_easy_setopt(transfer->easy, CURLOPT_UNIX_SOCKET_PATH,
                            is_started(options, origin) ? NULL
                                                        : options->unix_socket);
}

static CURLcode set_proxy(struct transfer *transfer,
                          const struct endpoint *origin)
{
    const struct transfer_options *options = transfer->options;
    const char *url;
    CURLcode code;

    if (is_started(options, origin))
        transfer->proxy = (struct proxy){NULL, NULL};
    else
        transfer->proxy = proxy_choose(&options->proxies, origin);
    url = transfer->proxy.url;
    transfer->bad_proxy = url && !proxy_is_valid(url);
    if (transfer->bad_proxy)
        return CURLE_COULDNT_RESOLVE_PROXY;
    if (url == transfer->proxy_set)
        return CURLE_OK;
    /* "" is none, whatever the environment says. */
    code = curl_easy_setopt(transfer->easy, CURLOPT_PROXY, url ? url : "");
    transfer->proxy_set = url;
    return code;
}

/* How the next answer comes: as HTTP, or within something else. */
static void set_plain(struct transfer *transfer)
{
    const char *proxy = transfer->proxy.url ? transfer->proxy.url : "";
    struct exchange *exchange = &transfer->exchange;

    exchange->plain = !transfer->tls && strncasecmp(proxy, "https:", 6) != 0;
    exchange->socks = strncasecmp(proxy, "socks", 5) == 0;
}

/* `first`: whom the request is for, before redirects. */
static CURLcode prepare(struct transfer *transfer,
                        const struct endpoint *origin,
                        const struct endpoint *first)
{
    CURLcode code = set_headers(transfer, origin, first);

    transfer->tls = origin->https;
    if (code == CURLE_OK)
        code = set_credentials(transfer, origin, first);
    if (code == CURLE_OK)
        code = set_proxy(transfer, origin);
    set_plain(transfer);
    if (code == CURLE_OK)
        code = set_socket(transfer, origin);
    return code;
}

/* After a redirect. What it needs is to be on the stack of no other. */
__attribute__((noinline)) static CURLcode prepare_next(
    struct transfer *transfer, const struct endpoint *origin)
{
    struct endpoint first = {.host = ""};

    if (!endpoint_of(&first, transfer->request->url))
        return CURLE_URL_MALFORMAT;
    return prepare(transfer, origin, &first);
}

CURLcode transfer_prepare_hop(struct transfer *transfer, const char *url)
{
    struct endpoint origin = {.host = ""};
    CURLcode code;

    if (!endpoint_of(&origin, url))
        return CURLE_URL_MALFORMAT;
    code = transfer->redirects == 0 ? prepare(transfer, &origin, &origin)
                                    : prepare_next(transfer, &origin);
    if (code == CURLE_OK)
        code = curl_easy_setopt(transfer->easy, CURLOPT_URL, url);
    return code;
}

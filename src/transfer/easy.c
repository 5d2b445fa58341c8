#include "transfer/easy.h"

#include <stddef.h>

#include "config.h"

/* Large bodies cost less in pieces of this size; for small ones more than
   that costs a mapping each. */
enum { RECEIVE_BUFFER = 100 * 1024 };

static CURLcode restrict_protocols(CURL *easy)
{
    CURLcode code;

#if LIBCURL_VERSION_NUM >= 0x075500
    code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    if (code == CURLE_OK)
        code =
            curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
    code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS,
                            (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS,
                                (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    return code;
}

static long http_version(enum transfer_http http)
{
    switch (http) {
    case TRANSFER_HTTP2:
        return CURL_HTTP_VERSION_2TLS;
    case TRANSFER_HTTP2_PRIOR:
        return CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
    default:
        return CURL_HTTP_VERSION_1_1;
    }
}

static long address_family(enum transfer_family family)
{
    switch (family) {
    case TRANSFER_IPV4:
        return CURL_IPRESOLVE_V4;
    case TRANSFER_IPV6:
        return CURL_IPRESOLVE_V6;
    default:
        return CURL_IPRESOLVE_WHATEVER;
    }
}

/* Long options that hold for all requests. */
static CURLcode set_numbers(CURL *easy, const struct transfer_options *options)
{
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_HTTP_VERSION, http_version(options->http)},
        /* Else as many connections as requests, before the first is known to
           take them all. */
        {CURLOPT_PIPEWAIT, options->http != TRANSFER_HTTP1 && options->reuse},
        {CURLOPT_IPRESOLVE, address_family(options->family)},
        {CURLOPT_SSL_VERIFYPEER, options->insecure ? 0 : 1},
        {CURLOPT_SSL_VERIFYHOST, options->insecure ? 0 : 2},
        {CURLOPT_PROXY_SSL_VERIFYPEER, options->insecure ? 0 : 1},
        {CURLOPT_PROXY_SSL_VERIFYHOST, options->insecure ? 0 : 2},
        {CURLOPT_FOLLOWLOCATION, 0}, /* transfer.h does */
        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
        {CURLOPT_BUFFERSIZE, RECEIVE_BUFFER},
        {CURLOPT_CONNECTTIMEOUT_MS, (long)(options->connect_timeout_us / 1000)},
        {CURLOPT_FRESH_CONNECT, !options->reuse},
        {CURLOPT_FORBID_REUSE, !options->reuse},
#if LIBCURL_VERSION_NUM >= 0x075700
        /* Else removing a transfer waits for its getaddrinfo(). */
        {CURLOPT_QUICK_EXIT, 1},
#endif
    };
    CURLcode code = CURLE_OK;

    for (size_t i = 0;
         code == CURLE_OK && i < sizeof(numbers) / sizeof(numbers[0]); i++)
        code = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    return code;
}

static CURLcode set_strings(CURL *easy, const struct transfer_options *options)
{
    const struct {
        CURLoption option;
        const char *value;
    } strings[] = {
        {CURLOPT_USERAGENT,
         options->user_agent ? options->user_agent : "flags/" FLAGS_VERSION},
        /* proxy.h reads the variables. */
        {CURLOPT_PROXY, ""},
        {CURLOPT_NOPROXY, ""},
        {CURLOPT_CAINFO, options->ca_file},
        {CURLOPT_CAPATH, options->ca_path},
        {CURLOPT_PROXY_CAINFO, options->ca_file},
        {CURLOPT_PROXY_CAPATH, options->ca_path},
        {CURLOPT_COOKIEFILE, ""}, /* an engine, and no file */
    };
    CURLcode code = CURLE_OK;

    for (size_t i = 0;
         code == CURLE_OK && i < sizeof(strings) / sizeof(strings[0]); i++) {
        if (strings[i].value)
            code = curl_easy_setopt(easy, strings[i].option, strings[i].value);
    }
    return code;
}

static CURLcode set_lists(CURL *easy, const struct transfer_options *options)
{
    CURLcode code = CURLE_OK;

    if (options->resolve)
        code = curl_easy_setopt(easy, CURLOPT_RESOLVE, options->resolve);
    if (code == CURLE_OK && options->connect_to)
        code = curl_easy_setopt(easy, CURLOPT_CONNECT_TO, options->connect_to);
    return code;
}

CURLcode easy_configure(CURL *easy, const struct transfer_options *options)
{
    CURLcode code = restrict_protocols(easy);

    if (code == CURLE_OK)
        code = set_numbers(easy, options);
    if (code == CURLE_OK)
        code = set_strings(easy, options);
    if (code == CURLE_OK)
        code = set_lists(easy, options);
    return code;
}

#include "transfer/proxy.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "text/url.h"

static const char *variable(const char *lower, const char *upper,
                            const char **name)
{
    const char *value = getenv(lower);

    if (name)
        *name = lower;
    if (value && *value)
        return value;
    value = getenv(upper);
    if (name)
        *name = upper;
    return value && *value ? value : NULL;
}

struct proxies proxy_environment(void)
{
    struct proxies proxies = {.http = getenv("http_proxy")};

    proxies.https = variable("https_proxy", "HTTPS_PROXY", &proxies.https_name);
    proxies.all = variable("all_proxy", "ALL_PROXY", &proxies.all_name);
    proxies.except = variable("no_proxy", "NO_PROXY", NULL);
    return proxies;
}

/* Whether the first `bits` of two addresses are the same. */
static bool same_network(const unsigned char *a, const unsigned char *b,
                         unsigned bits)
{
    unsigned bytes = bits / 8;
    unsigned rest = bits % 8;

    return memcmp(a, b, bytes) == 0 &&
           (rest == 0 || (a[bytes] ^ b[bytes]) >> (8 - rest) == 0);
}

/* 127.0.0.1, 10.0.0.0/8, fe80::/10. */
static bool covers_address(const char *token, const char *host, int family)
{
    unsigned char wanted[16];
    unsigned char address[16];
    unsigned most = family == AF_INET ? 32 : 128;
    unsigned long bits = most;
    char network[64];
    const char *slash = strchr(token, '/');
    size_t length = slash ? (size_t)(slash - token) : strlen(token);

    if (length >= sizeof(network))
        return false;
    snprintf(network, sizeof(network), "%.*s", (int)length, token);
    if (slash) {
        char *end;

        bits = strtoul(slash + 1, &end, 10);
        if (*end || end == slash + 1 || bits > most)
            return false;
    }
    return inet_pton(family, network, wanted) == 1 &&
           inet_pton(family, host, address) == 1 &&
           same_network(wanted, address, (unsigned)bits);
}

/* example.org and .example.org cover the host and all below it. */
static bool covers_name(const char *token, const char *host)
{
    size_t length = strlen(token);
    size_t host_length = strlen(host);

    while (*token == '.') {
        token++;
        length--;
    }
    while (length > 0 && token[length - 1] == '.')
        length--;
    while (host_length > 0 && host[host_length - 1] == '.')
        host_length--;
    if (length == 0 || length > host_length ||
        strncasecmp(host + host_length - length, token, length) != 0)
        return false;
    return length == host_length || host[host_length - length - 1] == '.';
}

/* The host without its brackets; the family of the address that it is,
   AF_UNSPEC if it is a name. */
static int read_host(char bare[ENDPOINT_HOST_SIZE], const char *host)
{
    unsigned char address[16];
    size_t length = strlen(host);

    snprintf(bare, ENDPOINT_HOST_SIZE, "%s", host);
    if (host[0] == '[' && host[length - 1] == ']')
        snprintf(bare, ENDPOINT_HOST_SIZE, "%.*s", (int)length - 2, host + 1);
    if (inet_pton(AF_INET, bare, address) == 1)
        return AF_INET;
    return inet_pton(AF_INET6, bare, address) == 1 ? AF_INET6 : AF_UNSPEC;
}

static bool is_excepted(const char *except, const char *host)
{
    char bare[ENDPOINT_HOST_SIZE];
    int family = read_host(bare, host);

    while (except && *except) {
        char token[ENDPOINT_HOST_SIZE];
        size_t length;

        except += strspn(except, ", \t");
        length = strcspn(except, ", \t");
        if (length > 0 && length < sizeof(token)) {
            snprintf(token, sizeof(token), "%.*s", (int)length, except);
            if (strcmp(token, "*") == 0 ||
                (family == AF_UNSPEC ? covers_name(token, bare)
                                     : covers_address(token, bare, family)))
                return true;
        }
        except += length;
    }
    return false;
}

static struct proxy found(const char *url, const char *name)
{
    return url && *url ? (struct proxy){url, name} : (struct proxy){NULL, NULL};
}

struct proxy proxy_choose(const struct proxies *proxies,
                          const struct endpoint *origin)
{
    struct proxy proxy = found(proxies->given, "--proxy");

    if (!proxy.url && origin->https)
        proxy = found(proxies->https, proxies->https_name);
    else if (!proxy.url)
        proxy = found(proxies->http, "http_proxy");
    if (!proxy.url)
        proxy = found(proxies->all, proxies->all_name);
    if (proxy.url && is_excepted(proxies->except, origin->host))
        proxy = (struct proxy){NULL, NULL};
    return proxy;
}

bool proxy_is_valid(const char *url)
{
    static const char *const schemes[] = {
        "http", "https", "socks", "socks4", "socks4a", "socks5", "socks5h"};
    CURLU *parts = curl_url();
    char *scheme = NULL;
    char *host = NULL;
    bool valid = false;

    if (parts &&
        curl_url_set(parts, CURLUPART_URL, url,
                     CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME) ==
            CURLUE_OK &&
        curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
        /* A host called ftp.example is guessed to speak FTP. */
        valid = !strstr(url, "://");
        for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
            valid = valid || strcasecmp(scheme, schemes[i]) == 0;
        valid = valid && host[0] != '\0';
    }
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parts);
    return valid;
}

void proxy_text(char text[PROXY_TEXT_SIZE], const struct proxy *proxy)
{
    char masked[PROXY_TEXT_SIZE - 32];

    url_mask_within(masked, sizeof(masked), proxy->url);
    snprintf(text, PROXY_TEXT_SIZE, "proxy %s of %s", masked, proxy->name);
}

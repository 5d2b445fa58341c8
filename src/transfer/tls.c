#include "transfer/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <string.h>

/* OpenSSL numbers what its users attach to a connection, once a process. */
static pthread_once_t numbered = PTHREAD_ONCE_INIT;
static int watch_index = -1;

/* CRYPTO_EX_free: the connection goes before its watch. */
static void on_connection_freed(void *ssl, void *watch, CRYPTO_EX_DATA *data,
                                int index, long number, void *unused)
{
    (void)ssl;
    (void)data;
    (void)index;
    (void)number;
    (void)unused;
    if (watch)
        ((struct tls_watch *)watch)->ssl = NULL;
}

static void take_number(void)
{
    watch_index =
        SSL_get_ex_new_index(0, NULL, NULL, NULL, on_connection_freed);
}

static void on_information(const SSL *ssl, int where, int value)
{
    struct tls_watch *watch;

    if (where != SSL_CB_READ_ALERT || (value & 0xff) != SSL_AD_CLOSE_NOTIFY)
        return;
    watch = SSL_get_ex_data(ssl, watch_index);
    if (watch)
        watch->closed = true;
}

/* Whether the record is of what is spoken over TLS, here HTTP. All of TLS 1.3
   pretend to be, outside. */
static bool is_data(int type, const unsigned char *bytes, size_t count,
                    const SSL *ssl)
{
    if (count == 0 || bytes[0] != SSL3_RT_APPLICATION_DATA)
        return false;
    return SSL_version(ssl) == TLS1_3_VERSION
               ? type == SSL3_RT_INNER_CONTENT_TYPE
               : type == SSL3_RT_HEADER;
}

static void on_record(int sent, int version, int type, const void *bytes,
                      size_t count, SSL *ssl, void *arg)
{
    struct tls_watch *watch;

    (void)version;
    (void)arg;
    if (sent || !is_data(type, bytes, count, ssl))
        return;
    watch = SSL_get_ex_data(ssl, watch_index);
    if (watch)
        watch->answered = true;
}

/* CURLOPT_SSL_CTX_FUNCTION. libcurl sets no such callbacks itself. */
static CURLcode on_context(CURL *easy, void *context, void *begun)
{
    (void)easy;
    *(bool *)begun = true;
    SSL_CTX_set_info_callback(context, on_information);
    SSL_CTX_set_msg_callback(context, on_record);
    return CURLE_OK;
}

static bool is_openssl(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

    return info->ssl_version && strstr(info->ssl_version, "OpenSSL/") != NULL;
}

CURLcode tls_configure(CURL *easy, bool *begun)
{
    CURLcode code;

    if (!is_openssl())
        return CURLE_OK;
    pthread_once(&numbered, take_number);
    if (watch_index < 0)
        return CURLE_OUT_OF_MEMORY;
    code = curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, begun);
    return code;
}

/* NULL: the connection is no TLS of OpenSSL's. */
static SSL *connection_of(CURL *easy)
{
    struct curl_tlssessioninfo *info = NULL;

    if (curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK ||
        !info || info->backend != CURLSSLBACKEND_OPENSSL)
        return NULL;
    return info->internals;
}

static bool speaks_http2(const SSL *ssl)
{
    const unsigned char *name = NULL;
    unsigned length = 0;

    SSL_get0_alpn_selected(ssl, &name, &length);
    return length == 2 && memcmp(name, "h2", 2) == 0;
}

void tls_watch_begin(struct tls_watch *watch, CURL *easy)
{
    SSL *ssl = connection_of(easy);

    tls_watch_end(watch);
    *watch = (struct tls_watch){.ssl = NULL};
    if (ssl && !speaks_http2(ssl) &&
        SSL_set_ex_data(ssl, watch_index, watch) == 1) {
        watch->ssl = ssl;
        watch->watching = true;
    }
}

void tls_watch_end(struct tls_watch *watch)
{
    if (watch->ssl)
        SSL_set_ex_data(watch->ssl, watch_index, NULL);
    watch->ssl = NULL;
}

bool tls_speaks_http2(CURL *easy)
{
    const SSL *ssl = connection_of(easy);

    return ssl && speaks_http2(ssl);
}

bool tls_has_answer(CURL *easy)
{
    SSL *ssl = connection_of(easy);
    char first;
    bool has;

    if (!ssl || speaks_http2(ssl))
        return false;
    has = SSL_peek(ssl, &first, 1) > 0;
    ERR_clear_error(); /* nothing there is an error to OpenSSL */
    return has;
}

#pragma once

#include <curl/curl.h>
#include <stdbool.h>

/*
 * tls: what OpenSSL knows of a connection and libcurl does not tell. Where
 * libcurl was built with another library, nothing is known, and nothing seen.
 *
 * Threads: of the handle.
 */

/* Whether the peer has said that there is nothing more (close_notify, RFC
   8446, 6.1). While it watches, the connection points to it: it stays where it
   is until close_watch_end(). Zeros watch nothing. */
struct close_watch {
    bool received;
    struct ssl_st *ssl; /* NULL: the connection is gone, or it is no TLS */
    bool watching;      /* a TLS connection was found at the beginning */
};

/* Once for each easy handle. `begun` becomes true whenever a handshake begins:
   libcurl tells no time of a connection before its handshake has ended. It has
   to live as long as the handle. */
CURLcode tls_configure(CURL *easy, bool *begun);

/* From within a callback of the transfer that runs. */
void close_watch_begin(struct close_watch *watch, CURL *easy);

/* Harmless if it does not watch. */
void close_watch_end(struct close_watch *watch);

/* From CURLOPT_PREREQFUNCTION: whether it was agreed upon by ALPN. */
bool tls_speaks_http2(CURL *easy);

/* The same: whether an answer has come over the connection
   before anything was asked. False for HTTP/2, whose frames may come. */
bool tls_has_answer(CURL *easy);

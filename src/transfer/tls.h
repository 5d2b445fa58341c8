#pragma once

#include <curl/curl.h>
#include <stdbool.h>

/*
 * tls: what OpenSSL knows of a connection and libcurl does not tell. Where
 * libcurl was built with another library, nothing is known, and nothing seen.
 *
 * Threads: of the handle.
 */

/* What comes over a connection during one exchange. While it watches, the
   connection points to it: it stays where it is until tls_watch_end(). Zeros
   watch nothing. */
struct tls_watch {
    bool answered; /* a byte of an answer has come, though perhaps no line */
    bool closed;   /* the peer has said that there is nothing more
                      (close_notify, RFC 8446, 6.1) */
    struct ssl_st *ssl; /* NULL: the connection is gone, or it is no TLS */
    bool watching;      /* a TLS connection was found at the beginning */
};

/* Once for each easy handle. `begun` becomes true whenever a handshake begins:
   libcurl tells no time of a connection before its handshake has ended. It has
   to live as long as the handle. */
CURLcode tls_configure(CURL *easy, bool *begun);

/* From CURLOPT_PREREQFUNCTION: nothing has come yet. HTTP/2, which has many
   exchanges at a time, is not watched. */
void tls_watch_begin(struct tls_watch *watch, CURL *easy);

/* Harmless if it does not watch. */
void tls_watch_end(struct tls_watch *watch);

/* From CURLOPT_PREREQFUNCTION: whether it was agreed upon by ALPN. */
bool tls_speaks_http2(CURL *easy);

/* The same: whether an answer has come over the connection
   before anything was asked. False for HTTP/2, whose frames may come. */
bool tls_has_answer(CURL *easy);

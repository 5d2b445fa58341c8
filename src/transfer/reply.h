#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

#include "transfer/head.h"

/*
 * reply: how one transfer ended, and why, in words.
 */

/* What an attempt failed of. */
enum cause {
    CAUSE_NONE,
    CAUSE_HTTP,        /* the server answered with a status other than 2xx */
    CAUSE_RESOLVE,     /* the host's name has no address */
    CAUSE_CONNECT,     /* refused, unreachable */
    CAUSE_TIMEOUT,     /* of the connection or of the attempt */
    CAUSE_TLS,         /* handshake or certificate */
    CAUSE_RESET,       /* the connection broke */
    CAUSE_EMPTY_REPLY, /* closed without a byte of an answer */
    CAUSE_TRUNCATED,   /* the body ended early */
    CAUSE_REDIRECT,    /* too many, or to something other than http(s) */
    CAUSE_PROTOCOL,    /* what came is not HTTP as it should be */
    CAUSE_PROXY,       /* a proxy refused, or is none */
    CAUSE_CONTENT,     /* an empty body, or not what the name promises */
    CAUSE_METADATA,    /* metadata.json does not tell the country */
    CAUSE_INPUT,       /* what was asked for is no URL, or has no name */
    CAUSE_SAVE,        /* the file could not be written */
    CAUSE_DISK_FULL,   /* nor could any other: ends the run */
    CAUSE_CANCELLED,   /* by us */
    CAUSE_LOCAL        /* no memory, no descriptor */
};

/* When things happened, microseconds since the request began, as libcurl saw
   them; 0: not at all. */
struct reply_times {
    int64_t resolved_us;
    int64_t connected_us;
    int64_t secured_us; /* TLS */
    int64_t first_byte_us;
    int64_t total_us;
};

enum { REPLY_TEXT_SIZE = 384 };

/* One request's end. Plain memory, nothing to free; `url` is borrowed from the
   item. */
struct reply {
    const char *url;
    CURLcode curl;    /* CURLE_OK: the exchange was complete */
    long http_status; /* of the last answer; 0: there was none */
    int os_error;     /* a positive errno that explains it; 0: none */
    enum cause cause; /* CAUSE_NONE: a 2xx answer, complete; or a 304 that was
                         asked for */
    int64_t bytes;    /* of the body, received */
    int64_t from;     /* so many came before, of the same body, and were kept */
    long local_port;  /* names the connection; 0: there was none */
    bool new_connection;
    struct reply_times times;
    int64_t retry_after_us; /* from the receipt of the answer; INT64_MAX: beyond
                               all measure; -1: the server does not say */
    /* Of the last answer, as the server has them; "": it has none. */
    char reason[HEAD_REASON_SIZE]; /* of the status line, cut: "Not Found" */
    char type[HEAD_FIELD_SIZE];    /* Content-Type */
    char etag[HEAD_FIELD_SIZE];
    char last_modified[HEAD_FIELD_SIZE];
    char text[REPLY_TEXT_SIZE]; /* the cause, one line, not from the server
                                   alone: "cannot connect: Connection refused";
                                   "" without a cause */
};

/* What explains an end beside the fields of the reply. Zeros are none of it,
   but for expected_bytes. */
struct reply_facts {
    const char *error;    /* libcurl's own words; NULL or "" if it had none */
    const char *encoding; /* an unasked Content-Encoding; NULL or "" */
    const char *wrong;    /* with the answer's head, in words; NULL or "" */
    bool head_complete;
    bool conditional; /* an answer 304 is what was asked for */
    bool tls;         /* the server is addressed by https */
    bool cut_off;     /* TLS ended without saying so */
    bool half;        /* the connection ended within the first line */
    bool tls_begun;   /* its handshake began: there was a connection */
    bool no_memory;
    const char *target; /* where they led; NULL: there were none */
    int64_t timeout_us; /* of the attempt, 0: none */
    int64_t connect_timeout_us;
    int64_t expected_bytes; /* of the body, as declared; -1: not */
    int save_error;         /* a negative errno code: writing failed */
    int64_t limit_bytes;    /* we gave up on a longer body; 0: we did not */
    const char *proxy;   /* "proxy http://host:1 of http_proxy"; NULL: none */
    bool bad_proxy;      /* it is no URL of a proxy */
    long connect_status; /* of its answer to CONNECT; 0: there was none */
};

/* Fill in `cause` and `text` from the other fields and the facts, and clear an
   os_error that does not belong to this end. Pure. */
void reply_explain(struct reply *reply, const struct reply_facts *facts);

/* Set `cause` and `text`: printf's format. What is too long is cut. */
__attribute__((format(printf, 3, 4))) void reply_fail(struct reply *reply,
                                                      enum cause cause,
                                                      const char *format, ...);

/* Because of a negative errno code of save.h; a full disk is a cause of its
   own. */
void reply_fail_save(struct reply *reply, int error);

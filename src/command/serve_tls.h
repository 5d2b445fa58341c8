#pragma once

#include <limits.h>
#include <stdbool.h>

#include "command/serve_options.h"
#include "fixture/tls/tls_server.h"

/*
 * serve_tls: what `--tls` makes: certificates, and the file with the authority
 * that a client must trust to believe them.
 *
 * Ownership: zero without `--tls`. serve_tls_close() when no connection is
 * left.
 */
struct serve_tls {
    struct tls_server *server;
    char ca[PATH_MAX]; /* the file's absolute name */
    bool is_temporary; /* it goes with the server */
};

/*
 * Make certificates for localhost, 127.0.0.1, ::1, the address to bind to and
 * the names that rules speak of, and write the authority to --ca-file, or to a
 * temporary file. 0; a negative errno value: *what is what cannot be done, and
 * nothing is left.
 */
int serve_tls_open(struct serve_tls *tls, const struct serve_settings *settings,
                   const struct serve_plan *plan, const char **what);
void serve_tls_close(struct serve_tls *tls);

/*
 * Tell programs that are started from now on whom to trust: FLAGS_CA, and what
 * OpenSSL (SSL_CERT_FILE), curl, Python's requests and Node look at. 0, or a
 * negative errno value.
 */
int serve_tls_export(const struct serve_tls *tls);

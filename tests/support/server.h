#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * server: a small blocking HTTP server for tests, a thread a connection, on
 * 127.0.0.1. It does exactly what its handler says, bytes and all, so that a
 * test can have any answer, and none.
 *
 * Ownership: server_start() gives it to the caller, who stops it. It ends all
 * connections by then, whatever they wait for. What goes wrong in here aborts
 * the test program.
 */

struct server;
struct server_request;

/* What becomes of the connection after the answer. */
enum server_then {
    SERVER_KEEP,  /* read the next request */
    SERVER_CLOSE, /* FIN */
    SERVER_RESET  /* RST */
};

/* Answers one request, in the connection's thread. */
typedef enum server_then (*server_handler)(struct server_request *request,
                                           void *arg);

struct server *server_start(server_handler handler, void *arg);
void server_stop(struct server *server);

int server_port(const struct server *server);

/* "http://HOST:PORT" and `path`, in `url`; host NULL: 127.0.0.1. */
enum { SERVER_URL_SIZE = 128 };
void server_url(const struct server *server, const char *host, const char *path,
                char url[SERVER_URL_SIZE]);

/* How many it has seen so far. */
unsigned server_requests(const struct server *server);
unsigned server_connections(const struct server *server);

/* The most requests that were being answered at a time. */
unsigned server_peak(const struct server *server);

/* For handlers: the path; whether the head has this text; the number of the
   connection, and of the request on it, from 1. */
const char *server_path(const struct server_request *request);
bool server_head_has(const struct server_request *request, const char *text);
unsigned server_connection(const struct server_request *request);
unsigned server_request_number(const struct server_request *request);

/* For handlers: send bytes as they are; wait until so much time has passed, or
   until the peer has gone, or the server stops. */
void server_send(struct server_request *request, const void *bytes,
                 size_t count);
void server_send_text(struct server_request *request, const char *text);
void server_wait(struct server_request *request, int milliseconds);
enum { SERVER_FOREVER = -1 };

/* A whole answer, with a Content-Length. */
void server_answer(struct server_request *request, const char *status,
                   const void *body, size_t bytes);

/*
 * A handler: /xx/xx.gif is a GIF of its own for every code but ZZ, which is
 * not found; /xx/metadata.json has the country "Land of XX". The argument is a
 * pointer to an int, the milliseconds before each answer, or NULL.
 */
enum server_then server_flags(struct server_request *request, void *arg);

/* The bytes of that GIF: as many as are returned. */
enum { SERVER_FLAG_SIZE = 4096 };
size_t server_flag(const char *code, char flag[SERVER_FLAG_SIZE]);

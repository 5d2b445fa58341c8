#pragma once

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "transfer/connections.h"

/*
 * watch: the poll handles of libcurl's sockets, one kept for as long as its
 * socket lives.
 *
 * libcurl announces CURL_POLL_REMOVE after each transfer, although the
 * connection stays in its cache. A handle made and closed each time costs a
 * third of a small transfer; so a socket that libcurl stops watching is only
 * parked. The table by descriptor is exact, for the sockets in it are opened
 * and closed in here (CURLOPT_OPENSOCKETFUNCTION, CURLOPT_CLOSESOCKETFUNCTION).
 * Descriptors that libcurl opened for itself (its resolver's) are watched from
 * the first announcement to the CURL_POLL_REMOVE.
 *
 * Threads: the loop's. Ownership: a struct of the owner's. Handles are closed
 * by libuv on a later turn; each counts as open until then.
 */

struct watches;

/* A socket is ready: CURL_CSELECT_ bits for curl_multi_socket_action(). The
   watch may be gone after that call. */
typedef void (*watch_ready)(curl_socket_t fd, int mask, void *arg);

/* A handle was closed for good: watches_open() may be 0 now. */
typedef void (*watch_closed)(void *arg);

/* NULL: no memory. */
struct watches *watches_new(uv_loop_t *uv, watch_ready ready,
                            watch_closed closed, void *arg);

/* When none is open any more. */
void watches_free(struct watches *watches);

/* Of the sockets that are opened in here. */
struct connections *watches_connections(struct watches *watches);

/* How many handles libuv still knows. */
size_t watches_open(const struct watches *watches);

/* Close what libcurl left behind. */
void watches_close(struct watches *watches);

/* For CURLMOPT_SOCKETFUNCTION: -1 if nobody could watch, as libcurl wants it,
   else 0. */
int watches_change(struct watches *watches, curl_socket_t fd, int what,
                   const CURL *easy);

/* Likewise where libcurl lets go of a socket whose transfer is paused: it is
   not watched, and what is on it stays there. */
int watches_rest(struct watches *watches, curl_socket_t fd);

/* libcurl is done with that transfer, which may have gone over a connection
   without saying over which. */
void watches_done(struct watches *watches, CURL *easy);

/*
 * Likewise for a paused transfer whose socket libcurl never asked to watch,
 * because its answer was there at once: the kept connection would be taken for
 * an idle one, and what is on it for surplus. Idle ones with that local port
 * (of a connection to another server, at most) rest, too.
 */
void watches_rest_port(struct watches *watches, long local_port);

/* For the two socket functions of an easy handle; `arg` is the watches, never
   a transfer: libcurl copies it into the connection. */
curl_socket_t watches_open_socket(void *arg, curlsocktype purpose,
                                  struct curl_sockaddr *address);
int watches_close_socket(void *arg, curl_socket_t fd);

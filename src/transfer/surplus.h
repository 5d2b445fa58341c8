#pragma once

#include <curl/curl.h>
#include <stdbool.h>

/*
 * surplus: bytes on an idle connection that nobody asked for.
 *
 * A server that sends more than it declared leaves them where the next answer
 * is expected, and libcurl (7.88) takes them for it when the connection is
 * used again, unless they came together with what was declared.
 */

/*
 * If there is such data on `fd`, read it away and shut the connection down, so
 * that libcurl finds it dead. TLS records are left alone: they are for the
 * library, and cannot be taken for an answer. Does not block. `counted`: a
 * peek at it would see nothing (connections.h), and from now on, if there is
 * data, what is read from it is not counted any more.
 */
void surplus_check(curl_socket_t fd, bool counted);

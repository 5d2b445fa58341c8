#pragma once

#include <stdint.h>

#include "transfer/connections.h"

/*
 * connected: a connection that a request uses, with both its ends. A test has a
 * process to itself, hence one.
 */

/* One end of a connection is the server's, the other a client's. */
struct pair {
    int server;
    int client;
};

extern struct connections all;
extern struct connection connection;
extern struct connection_use use;
extern struct pair pair;

/* For test suites: close both ends. */
void connected_teardown(void);

/* The connection ends; so much was the rest. */
void expect_rest(int64_t bytes);

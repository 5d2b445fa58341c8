#pragma once

/*
 * no_proxy: what we start on this machine is reached directly, whatever proxy
 * the environment names.
 */

/*
 * Append the host of `url` to no_proxy and NO_PROXY of our own environment,
 * which children inherit; for one of the loopback, by all its names. A variable
 * that is not set begins with what the other one holds. -ENOMEM: perhaps one
 * of them has changed. Threads: only while there is one.
 */
int no_proxy_add(const char *url);

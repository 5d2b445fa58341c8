#pragma once

#include <curl/curl.h>

#include "transfer/transfer.h"

/*
 * easy: what an easy handle of libcurl is told once, for all requests.
 */

/* Strings are copied by libcurl. On failure some may be set. */
CURLcode easy_configure(CURL *easy, const struct transfer_options *options);

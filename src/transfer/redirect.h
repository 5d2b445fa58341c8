#pragma once

#include <curl/curl.h>

/*
 * redirect: where an answer leads.
 */

/*
 * The URL that the Location of the handle's last answer means, in *target,
 * which the caller frees; `url` is the one that was requested, and gives the
 * credentials of its own to the same origin. NULL: there is no Location.
 * CURLE_UNSUPPORTED_PROTOCOL: it is no URL of http or https.
 */
CURLcode redirect_target(CURL *easy, const char *url, char **target);

#include "transfer/redirect.h"

#include <stdlib.h>
#include <string.h>

#include "text/endpoint.h"

static CURLcode code_of(CURLUcode code)
{
    switch (code) {
    case CURLUE_OK:
        return CURLE_OK;
    case CURLUE_OUT_OF_MEMORY:
        return CURLE_OUT_OF_MEMORY;
    default:
        return CURLE_UNSUPPORTED_PROTOCOL;
    }
}

/* `from` may have credentials, which an absolute URL of the same origin
   keeps, as a relative one does by itself. */
static CURLUcode keep_credentials(CURLU *parts, const char *from)
{
    static const CURLUPart each[] = {CURLUPART_USER, CURLUPART_PASSWORD};
    CURLU *before = curl_url();
    CURLUcode code = before ? curl_url_set(before, CURLUPART_URL, from, 0)
                            : CURLUE_OUT_OF_MEMORY;

    for (size_t i = 0; i < 2 && code == CURLUE_OK; i++) {
        char *value = NULL;

        code = curl_url_get(before, each[i], &value, 0);
        if (code == CURLUE_OK)
            code = curl_url_set(parts, each[i], value, 0);
        else if (code != CURLUE_OUT_OF_MEMORY)
            code = CURLUE_OK; /* there is none */
        curl_free(value);
    }
    curl_url_cleanup(before);
    return code;
}

static CURLUcode resolve(const char *url, const char *location, char **made)
{
    CURLU *parts = curl_url();
    struct endpoint from;
    struct endpoint to;
    char *user = NULL;
    CURLUcode code = parts ? curl_url_set(parts, CURLUPART_URL, url, 0)
                           : CURLUE_OUT_OF_MEMORY;

    if (code == CURLUE_OK)
        code = curl_url_set(parts, CURLUPART_URL, location,
                            CURLU_URLENCODE | CURLU_ALLOW_SPACE);
    if (code == CURLUE_OK)
        code = curl_url_get(parts, CURLUPART_URL, made, 0);
    if (code == CURLUE_OK && endpoint_of(&to, *made) &&
        endpoint_of(&from, url) && endpoint_equal(&to, &from) &&
        curl_url_get(parts, CURLUPART_USER, &user, 0) != CURLUE_OK) {
        curl_free(*made);
        *made = NULL;
        code = keep_credentials(parts, url);
        if (code == CURLUE_OK)
            code = curl_url_get(parts, CURLUPART_URL, made, 0);
    }
    curl_free(user);
    curl_url_cleanup(parts);
    return code;
}

CURLcode redirect_target(CURL *easy, const char *url, char **target)
{
    struct curl_header *location;
    struct endpoint origin;
    char *made = NULL;
    CURLcode code;

    *target = NULL;
    if (curl_easy_header(easy, "Location", 0, CURLH_HEADER, -1, &location) !=
            CURLHE_OK ||
        !location->value[0])
        return CURLE_OK;
    code = code_of(resolve(url, location->value, &made));
    if (code == CURLE_OK && !endpoint_of(&origin, made))
        code = CURLE_UNSUPPORTED_PROTOCOL;
    if (code == CURLE_OK) {
        *target = strdup(made);
        code = *target ? CURLE_OK : CURLE_OUT_OF_MEMORY;
    }
    curl_free(made);
    return code;
}

#pragma once

#include <stddef.h>

/*
 * metadata: what a flag's metadata.json says. It comes from the network.
 */

/* Far longer than a file name, so that save_name() does the cutting. */
enum { METADATA_COUNTRY_SIZE = 1024 };

/*
 * The country's name out of a JSON object, spaces made `_`, cut to the room
 * there is. NULL, or what is wrong with the document, a phrase of `text`.
 */
enum { METADATA_TEXT_SIZE = 128 };
const char *metadata_country(const void *json, size_t bytes,
                             char country[METADATA_COUNTRY_SIZE],
                             char text[METADATA_TEXT_SIZE]);

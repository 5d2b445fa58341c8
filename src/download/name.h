#pragma once

#include <stdbool.h>

#include "country/codes.h"
#include "download/options.h"
#include "transfer/save.h"

/*
 * name: what the files of items are called. Pure.
 *
 * All that comes from outside is made harmless by save_name(): slashes, control
 * characters and leading dots are replaced, over-long names are cut.
 */

/* br.gif; in the book's second edition BR.gif. `extension` may be "". */
void name_by_code(char name[SAVE_NAME_SIZE], const char code[CODE_SIZE],
                  const char *extension, enum compat compat);

/* Brazil-BR.gif; in the book's second edition Brazil.gif. `like`: the name by
   the code, which has the extension. */
void name_by_country(char name[SAVE_NAME_SIZE], const char *country,
                     const char code[CODE_SIZE], const char *like,
                     enum compat compat);

/* The last segment of a URL's path, undecoded, without query and fragment.
   False: it has none. */
bool name_by_url(char name[SAVE_NAME_SIZE], const char *url);

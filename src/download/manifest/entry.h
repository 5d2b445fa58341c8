#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text/endpoint.h"
#include "transfer/digest.h"

/*
 * entry: a line of the manifest, which says of one file in the output directory
 * where it came from and what it is:
 *
 *   {"file":"br.gif","url":"http://h/br/br.gif","status":200,"bytes":1058,
 *    "sha256":"...","etag":"\"5f\"","last-modified":"Sat, 28 Nov ..."}
 *
 * One line, by jansson. `etag` and `last-modified` are left out where the
 * server gave none. A name that is not UTF-8 stands in hexadecimal under
 * `file-hex`, in place of `file`. Fields that are not known are passed over.
 */

#define MANIFEST_NAME ".flags-manifest.jsonl"

struct manifest_entry {
    const char *name; /* of the file: a plain name, as save_name() makes them */
    const char *url;  /* as manifest_url() has it */
    long status;      /* of the answer */
    int64_t bytes;
    struct digest digest;
    const char *etag;          /* "": none */
    const char *last_modified; /* "": none */
};

/*
 * The line of an entry, with its newline, which the caller frees, and its
 * length. NULL: no memory.
 */
char *manifest_entry_write(const struct manifest_entry *entry, size_t *bytes);

/* An entry that was read. */
struct manifest_line {
    struct manifest_entry entry; /* its texts are this struct's */
    char name[256];
    struct json_t *json;
};

/* Bytes in lower-case hexadecimal, as `file-hex` has them, NUL-terminated but
   for none; `text` has room for it. */
void manifest_write_hex(char *text, const void *from, size_t bytes);

/*
 * Read a line, with or without its newline. -EINVAL: it is no entry: torn, or
 * somebody else's, or of a name that no file in the directory can have; -ENOMEM
 * cannot be told from that. Nothing to close then. Texts that no field of a
 * request can have are read as "".
 */
int manifest_line_read(struct manifest_line *line, const char *text,
                       size_t bytes);
void manifest_line_close(struct manifest_line *line);

/*
 * What the manifest calls a URL, for the caller to free: without credentials,
 * in ASCII, other bytes percent-encoded. `started`: a server of this run's own,
 * or NULL: without its port, which is another one each time. NULL: no memory.
 */
char *manifest_url(const char *url, const struct endpoint *started);

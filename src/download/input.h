#pragma once

#include <stddef.h>
#include <stdint.h>

#include "download/item.h"
#include "download/shard.h"
#include "transfer/claims.h"
#include "transfer/save.h"

/*
 * input: everything that a run is to download: codes, then URLs, then lists of
 * both, in the order of their files. Read as it is needed: memory does not
 * follow the length of a list, but for its names' hashes (transfer/claims.h).
 *
 * A list has one URL or code on a line, and, after a tab, the name of the file.
 * Lines that begin with `#` and blank ones are passed over; a carriage return
 * at the end of a line, a byte order mark, a missing last newline are harmless.
 * A line that is nothing of that kind, whose name no file can have, or whose
 * file is another item's, is an item that fails, with the number of its line.
 *
 * Ownership: embedded by the caller, zeroed; input_close() once. Threads: as
 * struct item_source has it.
 */

/* Longer lines are bad ones. */
enum { INPUT_LINE_MOST = 32 * 1024 };

struct input_list {
    const char *path; /* as in messages */
    int fd;
    bool is_file; /* reading it never waits for anybody */
};

struct input {
    /* Filled in by the caller; borrowed. */
    struct code_items codes;
    const char *const *urls;
    size_t url_count;
    struct save_dir *output; /* where names are claimed; NULL: here */
    struct shard shard;      /* what of URLs and lists is passed over; codes are
                                chosen by the selection */
    /* Called when a list has a code, and codes.source no base: gives it one.
       0 or a negative code. Perhaps in another thread. */
    int (*find_server)(void *arg);
    void *arg;

    /* Its own. */
    struct input_list *lists;
    size_t list_count;
    uint64_t index; /* of the next item */
    size_t next_url;
    size_t list;   /* that is being read */
    uint64_t line; /* number of the last one that was read */
    char *buffer;
    size_t begin, end; /* of what is in the buffer and not used yet */
    bool at_end;       /* of the list: nothing more will be read */
    bool too_long;     /* the line is: until its end it is passed over */
    bool needs_server;
    struct claims claims; /* without an output */
};

/*
 * Open the lists, "-" being stdin. A negative errno code, and *bad is the one
 * that cannot be read: nothing to close.
 */
int input_open(struct input *input, const char *const *paths, size_t count,
               const char **bad);
void input_close(struct input *input);

/* Borrows `input` until the run is over. */
struct item_source input_source(struct input *input);

/* Why that text cannot be downloaded from, as a phrase; NULL: it may be. */
const char *input_url_trouble(const char *url);

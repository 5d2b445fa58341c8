#include "comparison/sized_corpus.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process/corpus.h"

enum { SUB_BLOCK = 256, METADATA_MOST = 4096 };

/* GIF 89a: a screen of 1 by 1 with two colours, */
static const unsigned char gif_head[] = {'G', 'I', 'F', '8',  '9', 'a', 1,
                                         0,   1,   0,   0x80, 0,   0,   0,
                                         0,   0,   255, 255,  255};
/* and an image of one pixel. */
static const unsigned char gif_tail[] = {0x2c, 0, 0, 0, 0,    1, 0, 1,
                                         0,    0, 2, 2, 0x44, 1, 0, 0x3b};
static const unsigned char gif_comment[] = {0x21, 0xfe};

/* A comment of `size` bytes with all that belongs to it. Its sub-blocks begin
   with their length, and one of length 0 ends it. */
static void write_comment(FILE *out, const char *code, int64_t size)
{
    int64_t left = size - (int64_t)sizeof(gif_comment) - 1;
    unsigned char block[SUB_BLOCK];

    fwrite(gif_comment, 1, sizeof(gif_comment), out);
    while (left > 0) {
        int64_t length = left < SUB_BLOCK ? left : SUB_BLOCK;

        if (left - length == 1)
            length--; /* what is left has to be more than a length */
        block[0] = (unsigned char)(length - 1);
        for (int64_t i = 1; i < length; i++)
            block[i] = (unsigned char)code[(i + 1) % 2];
        fwrite(block, 1, (size_t)length, out);
        left -= length;
    }
    putc(0, out);
}

static void write_image(FILE *out, const char *code, int64_t size)
{
    fwrite(gif_head, 1, sizeof(gif_head), out);
    write_comment(out, code,
                  size - (int64_t)(sizeof(gif_head) + sizeof(gif_tail)));
    fwrite(gif_tail, 1, sizeof(gif_tail), out);
}

/* A file of the corpus: its length, what of it fits into `bytes`; -ENOENT:
   there is none. */
static ssize_t read_file(const struct sized_corpus *corpus, const char *name,
                         char *bytes, size_t room)
{
    const struct embedded_file *embedded;
    char path[PATH_MAX];
    FILE *in;
    size_t length;

    if (!corpus->from[0]) {
        embedded = embedded_find(corpus_embedded, name);
        if (!embedded)
            return -ENOENT;
        length = embedded->length < room ? embedded->length : room;
        memcpy(bytes, embedded->bytes, length);
        return (ssize_t)length;
    }
    if (snprintf(path, sizeof(path), "%s/%s", corpus->from, name) >=
        (int)sizeof(path))
        return -ENAMETOOLONG;
    in = fopen(path, "re");
    if (!in)
        return -errno;
    length = fread(bytes, 1, room, in);
    fclose(in);
    return (ssize_t)length;
}

static int close_file(FILE *out)
{
    bool failed = ferror(out);
    int error = errno;

    if (fclose(out) != 0)
        return -errno;
    return failed ? error > 0 ? -error : -EIO : 0;
}

/* One of the files of a code, if the corpus has it. */
static int copy(const struct sized_corpus *corpus, const char *root,
                const char *name, const char *code, bool metadata)
{
    char bytes[METADATA_MOST];
    char path[PATH_MAX];
    ssize_t length = read_file(corpus, name, bytes, sizeof(bytes));
    FILE *out;

    if (length < 0)
        return length == -ENOENT ? 0 : (int)length;
    if (snprintf(path, sizeof(path), "%s/%s", root, name) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    out = fopen(path, "we");
    if (!out)
        return -errno;
    if (metadata)
        fwrite(bytes, 1, (size_t)length, out);
    else
        write_image(out, code, corpus->size);
    return close_file(out);
}

static int write_code(const struct sized_corpus *corpus, const char *root,
                      const char *code)
{
    char lower[3] = {(char)tolower((unsigned char)code[0]),
                     (char)tolower((unsigned char)code[1]), '\0'};
    char path[PATH_MAX];
    char name[32];
    int rc;

    if (snprintf(path, sizeof(path), "%s/%s", root, lower) >= (int)sizeof(path))
        return -ENAMETOOLONG;
    if (mkdir(path, 0777) < 0)
        return -errno;
    snprintf(name, sizeof(name), "%s/%s.gif", lower, lower);
    rc = copy(corpus, root, name, lower, false);
    snprintf(name, sizeof(name), "%s/metadata.json", lower);
    if (rc == 0 && corpus->metadata)
        rc = copy(corpus, root, name, lower, true);
    return rc;
}

int sized_corpus_write(const struct sized_corpus *corpus, const char *root)
{
    int rc = mkdir(root, 0777) < 0 ? -errno : 0;

    for (size_t i = 0; i < corpus->selection->count && rc == 0; i++)
        rc = write_code(corpus, root, corpus->selection->codes[i].code);
    return rc;
}

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scratch.h"
#include "transfer/continuation.h"

static char output[SCRATCH_SIZE];
static struct save_dir *dir;

static void setup(void)
{
    scratch_make(output);
    cr_assert(eq(int, save_dir_open(&dir, output), 0));
}

static void teardown(void)
{
    save_dir_close(dir);
    scratch_remove(output);
}

TestSuite(continuation, .init = setup, .fini = teardown, .timeout = 20);

/* A head with these lines, complete. */
static struct head head_of(const char *const *lines)
{
    struct head head;

    head_begin(&head);
    for (; *lines; lines++) {
        char line[256];
        int length = snprintf(line, sizeof(line), "%s\r\n", *lines);

        cr_assert(head_line(&head, line, (size_t)length), "%s", *lines);
    }
    cr_assert(head_line(&head, "\r\n", 2));
    return head;
}

static struct head rest_of(const char *range)
{
    char line[128];

    snprintf(line, sizeof(line), "Content-Range: %s", range);
    return head_of(
        (const char *[]){"HTTP/1.1 206 Partial Content", line, NULL});
}

Test(continuation, fits_the_rest_of_what_is_kept_and_nothing_else)
{
    struct continuation_answer answer = {.etag = ""};
    const struct continuation kept = {
        .bytes = 100, .whole = 300, .answer = &answer};
    const struct continuation endless = {
        .bytes = 100, .whole = -1, .answer = &answer};
    static const char *const others[] = {"bytes 100-298/300",
                                         "bytes 99-299/300",
                                         "bytes 101-299/300",
                                         "bytes 100-299/301",
                                         "bytes 100-300/301",
                                         "bytes 100-299/*",
                                         "bytes 100-300/300",
                                         "bytes */300",
                                         "bytes 100-/300",
                                         "items 100-299/300",
                                         "bytes 100-299",
                                         "bytes -1-299/300",
                                         "bytes100-299/300",
                                         "bytes 100-99/300",
                                         "bytes",
                                         "",
                                         "bytes 100 -299/300",
                                         "bytes 100-299/300, 5"};
    struct head head = rest_of("bytes 100-299/300");

    cr_expect(continuation_fits(&kept, &head));
    cr_expect(continuation_fits(&endless, &head));
    head = rest_of("bytes 100-499/500");
    cr_expect(continuation_fits(&endless, &head));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        head = rest_of(others[i]);
        cr_expect(not(continuation_fits(&kept, &head)), "%s", others[i]);
    }
}

Test(continuation, does_not_fit_a_length_or_a_validator_that_differs)
{
    struct continuation_answer answer = {.etag = "\"a\"",
                                         .last_modified = "then"};
    const struct continuation kept = {
        .bytes = 100, .whole = 300, .answer = &answer};
    static const struct {
        const char *field;
        bool fits;
    } fields[] = {
        {"Content-Length: 200", true},
        {"Content-Length: 300", false},
        {"Transfer-Encoding: chunked", true},
        {"ETag: \"a\"", true},
        {"ETag: \"b\"", false},
        {"ETag: W/\"a\"", false},
        {"Last-Modified: then", true},
        {"Last-Modified: now", false},
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        struct head head = head_of((const char *[]){
            "HTTP/1.1 206 Partial Content", "Content-Range: bytes 100-299/300",
            fields[i].field, NULL});

        cr_expect(eq(int, continuation_fits(&kept, &head), fields[i].fits),
                  "%s", fields[i].field);
    }
}

/* Bytes that tell their place. */
static void fill(char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = (char)(i % 251);
}

static char *read_file(const char *name, size_t *bytes)
{
    char path[SCRATCH_SIZE];
    FILE *in;
    char *read = malloc(4 * CONTINUATION_LEAST);

    scratch_path(path, output, name);
    in = fopen(path, "rb");
    cr_assert(ne(ptr, in, NULL));
    cr_assert(ne(ptr, read, NULL));
    *bytes = fread(read, 1, 4 * CONTINUATION_LEAST, in);
    fclose(in);
    return read;
}

/* What two workers do, one after the other. */
Test(continuation, goes_on_where_another_worker_has_stopped)
{
    enum { WHOLE = CONTINUATION_LEAST + 5000, FIRST = 300001 };
    char *body = malloc(WHOLE);
    struct digest_sum sums[2] = {{NULL}, {NULL}};
    struct save_file files[2] = {save_file(dir, 1), save_file(dir, 2)};
    struct intake intakes[2] = {{.buffer = NULL}, {.buffer = NULL}};
    struct intake_sinks sinks[2];
    struct continuation kept = {.dir = dir, .number = 7};
    struct head head = head_of((const char *[]){
        "HTTP/1.1 200 OK", "Content-Length: 1053576", "ETag: \"a\"", NULL});
    struct digest digest, expected;
    struct digest_sum all = {NULL};
    size_t got;
    char *saved;

    cr_assert(ne(ptr, body, NULL));
    fill(body, WHOLE);
    for (size_t i = 0; i < 2; i++) {
        sinks[i] = (struct intake_sinks){.file = &files[i], .digest = &sums[i]};
        cr_assert(eq(int, digest_sum_begin(&sums[i]), 0));
        intake_begin(&intakes[i], &sinks[i]);
    }
    cr_assert(eq(int, intake_add(&intakes[0], body, FIRST), 0));
    cr_assert(continuation_keep(&kept, &intakes[0], &head));
    cr_expect(eq(i64, kept.bytes, FIRST));
    cr_expect(eq(i64, kept.whole, WHOLE));
    cr_expect(eq(str, (char *)continuation_condition(&kept), "\"a\""));
    cr_expect(eq(int, files[0].fd, -1));

    cr_assert(eq(int, continuation_resume(&kept, &intakes[1]), 0));
    cr_expect(eq(i64, kept.bytes, 0));
    cr_assert(eq(int, intake_add(&intakes[1], body + FIRST, WHOLE - FIRST), 0));
    cr_assert(eq(int, intake_end(&intakes[1]), 0));
    cr_assert(eq(int, intake_store(&intakes[1], &files[1]), 0));
    cr_assert(eq(int, digest_sum_end(&sums[1], &digest), 0));
    cr_assert(eq(int, save_commit(&files[1], "whole"), 0));

    saved = read_file("whole", &got);
    cr_expect(eq(sz, got, WHOLE));
    cr_expect(eq(int, memcmp(saved, body, WHOLE), 0));
    cr_assert(eq(int, digest_sum_begin(&all), 0));
    cr_assert(eq(int, digest_sum_add(&all, body, WHOLE), 0));
    cr_assert(eq(int, digest_sum_end(&all, &expected), 0));
    cr_expect(digest_equal(&digest, &expected));
    digest_sum_close(&all);
    for (size_t i = 0; i < 2; i++) {
        digest_sum_close(&sums[i]);
        intake_close(&intakes[i]);
    }
    continuation_drop(&kept);
    free(saved);
    free(body);
}

/* Whether so much of an answer with these fields is kept. */
static bool is_kept(size_t bytes, const char *length, const char *etag,
                    const char *modified, const char *date)
{
    struct head head = head_of((const char *[]){"HTTP/1.1 200 OK", length, etag,
                                                modified, date, NULL});
    struct save_file file = save_file(dir, 1);
    const struct intake_sinks sinks = {.file = &file};
    struct intake intake = {.buffer = NULL};
    struct continuation kept = {.dir = dir};
    char *body = calloc(1, bytes);
    bool is;

    cr_assert(ne(ptr, body, NULL));
    intake_begin(&intake, &sinks);
    cr_assert(eq(int, intake_add(&intake, body, bytes), 0));
    is = continuation_keep(&kept, &intake, &head);
    continuation_drop(&kept);
    continuation_drop(&kept);
    save_discard(&file);
    intake_close(&intake);
    free(body);
    return is;
}

#define OLD "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT"
#define AT_ONCE "Date: Sun, 06 Nov 1994 08:49:37 GMT"
#define LATER "Date: Sun, 06 Nov 1994 08:49:38 GMT"

Test(continuation, keeps_long_bodies_with_strong_validators)
{
    const char *two = "Content-Length: 2097152";

    cr_expect(is_kept(70000, two, "ETag: \"a\"", "X: y", "X: y"));
    cr_expect(is_kept(70000, two, "X: y", OLD, LATER));
    cr_expect(
        is_kept(CONTINUATION_LEAST + 1, "X: y", "ETag: \"\"", "X: y", "X: y"));
    cr_expect(not(is_kept(CONTENT_FIRST - 1, two, "ETag: \"a\"", OLD, LATER)));
    cr_expect(not(
        is_kept(70000, "Content-Length: 1048576", "ETag: \"a\"", OLD, LATER)));
    cr_expect(not(is_kept(70000, "X: y", "ETag: \"a\"", OLD, LATER)));
    cr_expect(not(is_kept(70000, two, "ETag: W/\"a\"", OLD, LATER)));
    cr_expect(not(is_kept(70000, two, "ETag: \"", OLD, LATER)));
    cr_expect(not(is_kept(70000, two, "X: y", OLD, AT_ONCE)));
    cr_expect(not(is_kept(70000, two, "X: y", OLD, "X: y")));
    cr_expect(not(is_kept(70000, two, "X: y", "Last-Modified: x", LATER)));
    cr_expect(not(is_kept(70000, two, "X: y", "X: y", LATER)));
}

Test(continuation, leaves_nothing_behind)
{
    char *names;

    cr_assert(is_kept(70000, "Content-Length: 2097152", "ETag: \"a\"", "X: y",
                      "X: y"));
    save_dir_close(dir);
    dir = NULL;
    names = scratch_list(output);
    cr_expect(eq(str, names, ""));
    free(names);
}

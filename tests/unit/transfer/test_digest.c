#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "transfer/digest.h"

static char place[SCRATCH_SIZE];

static void setup(void)
{
    scratch_make(place);
}

static void teardown(void)
{
    scratch_remove(place);
}

TestSuite(digest, .init = setup, .fini = teardown);

static void expect_digest(const char *bytes, size_t count, const char *expected)
{
    struct digest digest;
    char text[DIGEST_TEXT_SIZE];
    char path[SCRATCH_SIZE];

    scratch_write(place, "file", bytes, count);
    scratch_path(path, place, "file");
    cr_assert(eq(int, digest_file(&digest, path), 0));
    digest_text(text, &digest);
    cr_expect(eq(str, text, (char *)expected));
    cr_expect(not(digest_is_none(&digest)));
}

/* The examples that NIST gives with FIPS 180-4, and the million a's. */
Test(digest, is_sha_256)
{
    enum { MILLION = 1000000 };
    char *many = malloc(MILLION);

    cr_assert(ne(ptr, many, NULL));
    memset(many, 'a', MILLION);
    expect_digest("", 0,
                  "e3b0c44298fc1c149afbf4c8996fb924"
                  "27ae41e4649b934ca495991b7852b855");
    expect_digest("abc", 3,
                  "ba7816bf8f01cfea414140de5dae2223"
                  "b00361a396177a9cb410ff61f20015ad");
    expect_digest(many, MILLION,
                  "cdc76e5c9914fb9281a1c7e284d73e67"
                  "f1809a48a497200e046d39ccc7112cd0");
    free(many);
}

Test(digest, of_what_is_no_file_is_refused_and_left_alone)
{
    struct digest digest = {.bytes = {7}};
    char path[SCRATCH_SIZE];
    char link[SCRATCH_SIZE];

    scratch_path(path, place, "none");
    cr_expect(eq(int, digest_file(&digest, path), -ENOENT));
    cr_expect(eq(int, digest_file(&digest, place), -EISDIR));
    scratch_write(place, "file", "abc", 3);
    scratch_path(path, place, "file");
    scratch_path(link, place, "link");
    cr_assert(eq(int, symlink(path, link), 0));
    cr_expect(eq(int, digest_file(&digest, link), -ELOOP));
    cr_expect(eq(int, digest.bytes[0], 7));
}

Test(digest, a_pipe_without_a_writer_is_not_waited_for)
{
    struct digest digest;
    char path[SCRATCH_SIZE];

    scratch_path(path, place, "pipe");
    cr_assert(eq(int, mkfifo(path, 0600), 0));
    cr_expect(eq(int, digest_file(&digest, path), 0), "it is at its end");
}

Test(digest, equal_bytes_are_equal_and_none_are_nothing)
{
    const struct digest a = {.bytes = {[31] = 1}};
    const struct digest b = {.bytes = {[31] = 1}};
    const struct digest none = {0};

    cr_expect(digest_equal(&a, &b));
    cr_expect(not(digest_equal(&a, &none)));
    cr_expect(digest_is_none(&none));
    cr_expect(not(digest_is_none(&a)));
}

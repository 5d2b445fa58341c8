#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * digest: SHA-256 (FIPS 180-4), by libcrypto.
 */

enum { DIGEST_BYTES = 32, DIGEST_TEXT_SIZE = 2 * DIGEST_BYTES + 1 };

/* Plain memory; zeros stand for nothing. */
struct digest {
    unsigned char bytes[DIGEST_BYTES];
};

/* A negative errno value, -ENOMEM for what libcrypto fails at: *digest is
   untouched. Follows no symbolic link, and does not wait for a pipe. */
int digest_file(struct digest *digest, const char *path);

/*
 * The sum of what comes in pieces. Ownership: embedded by the caller, zeroed;
 * digest_sum_close() once, after any number of sums.
 */
struct digest_sum {
    struct evp_md_ctx_st *context;
};

/* -ENOMEM, also for what libcrypto fails at. */
int digest_sum_begin(struct digest_sum *sum);
int digest_sum_add(struct digest_sum *sum, const void *bytes, size_t count);
int digest_sum_end(struct digest_sum *sum, struct digest *digest);
void digest_sum_close(struct digest_sum *sum);

bool digest_equal(const struct digest *a, const struct digest *b);
bool digest_is_none(const struct digest *digest);

/* In hexadecimal. */
void digest_text(char text[DIGEST_TEXT_SIZE], const struct digest *digest);

#pragma once

#include <stdbool.h>

/*
 * digest: SHA-256 (FIPS 180-4) of a file, by libcrypto.
 */

enum { DIGEST_BYTES = 32, DIGEST_TEXT_SIZE = 2 * DIGEST_BYTES + 1 };

/* Plain memory; zeros stand for nothing. */
struct digest {
    unsigned char bytes[DIGEST_BYTES];
};

/* A negative errno value, -ENOMEM for what libcrypto fails at: *digest is
   untouched. Follows no symbolic link, and does not wait for a pipe. */
int digest_file(struct digest *digest, const char *path);

bool digest_equal(const struct digest *a, const struct digest *b);
bool digest_is_none(const struct digest *digest);

/* In hexadecimal. */
void digest_text(char text[DIGEST_TEXT_SIZE], const struct digest *digest);

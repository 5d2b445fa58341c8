#include "transfer/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int digest_sum_begin(struct digest_sum *sum)
{
    /* Used again, a context knows its algorithm, which costs to look up. */
    if (sum->context)
        return EVP_DigestInit_ex2(sum->context, NULL, NULL) ? 0 : -ENOMEM;
    sum->context = EVP_MD_CTX_new();
    if (sum->context && EVP_DigestInit_ex2(sum->context, EVP_sha256(), NULL))
        return 0;
    digest_sum_close(sum);
    return -ENOMEM;
}

int digest_sum_add(struct digest_sum *sum, const void *bytes, size_t count)
{
    return EVP_DigestUpdate(sum->context, bytes, count) ? 0 : -ENOMEM;
}

int digest_sum_end(struct digest_sum *sum, struct digest *digest)
{
    struct digest made;

    if (!EVP_DigestFinal_ex(sum->context, made.bytes, NULL))
        return -ENOMEM;
    *digest = made;
    return 0;
}

void digest_sum_close(struct digest_sum *sum)
{
    EVP_MD_CTX_free(sum->context);
    sum->context = NULL;
}

static int add_all(struct digest_sum *sum, int fd)
{
    char block[16384];

    for (;;) {
        ssize_t got = read(fd, block, sizeof(block));
        int rc;

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            return 0;
        rc = digest_sum_add(sum, block, (size_t)got);
        if (rc < 0)
            return rc;
    }
}

int digest_file(struct digest *digest, const char *path)
{
    struct digest_sum sum = {0};
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int rc;

    if (fd < 0)
        return -errno;
    rc = digest_sum_begin(&sum);
    if (rc == 0)
        rc = add_all(&sum, fd);
    if (rc == 0)
        rc = digest_sum_end(&sum, digest);
    digest_sum_close(&sum);
    close(fd);
    return rc;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
    return memcmp(a->bytes, b->bytes, DIGEST_BYTES) == 0;
}

bool digest_is_none(const struct digest *digest)
{
    static const struct digest none;

    return digest_equal(digest, &none);
}

void digest_text(char text[DIGEST_TEXT_SIZE], const struct digest *digest)
{
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", digest->bytes[i]);
}

#include "transfer/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int add_all(EVP_MD_CTX *context, int fd)
{
    char block[16384];

    for (;;) {
        ssize_t got = read(fd, block, sizeof(block));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            return 0;
        if (!EVP_DigestUpdate(context, block, (size_t)got))
            return -ENOMEM;
    }
}

int digest_file(struct digest *digest, const char *path)
{
    struct digest made;
    EVP_MD_CTX *context;
    int rc;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    context = EVP_MD_CTX_new();
    rc = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL)
             ? add_all(context, fd)
             : -ENOMEM;
    if (rc == 0 && !EVP_DigestFinal_ex(context, made.bytes, NULL))
        rc = -ENOMEM;
    EVP_MD_CTX_free(context);
    close(fd);
    if (rc == 0)
        *digest = made;
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

#include "transfer/surplus.h"

#include <stdbool.h>
#include <sys/socket.h>

/* The content types of RFC 8446, 5.1: no answer begins so. */
static bool is_tls_record(unsigned char first)
{
    return first >= 20 && first <= 23;
}

void surplus_check(curl_socket_t fd)
{
    unsigned char first;
    char bin[4096];
    int rounds = 16; /* a server that never ends is cut off all the same */

    if (recv(fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) != 1 ||
        is_tls_record(first))
        return;
    while (rounds-- > 0 && recv(fd, bin, sizeof(bin), MSG_DONTWAIT) > 0)
        ;
    shutdown(fd, SHUT_RDWR);
}

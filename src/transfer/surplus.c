#include "transfer/surplus.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

/* The content types of RFC 8446, 5.1: no answer begins so. */
static bool is_tls_record(unsigned char first)
{
    return first >= 20 && first <= 23;
}

/* Make a counted socket show what is there. False: nothing is. */
static bool uncover(curl_socket_t fd)
{
    const int none = -1;
    int bytes = 0;

    return ioctl(fd, FIONREAD, &bytes) == 0 && bytes > 0 &&
           setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &none, sizeof(none)) == 0;
}

void surplus_check(curl_socket_t fd, bool counted)
{
    unsigned char first;
    char bin[4096];
    int rounds = 16; /* a server that never ends is cut off all the same */

    if ((counted && !uncover(fd)) ||
        recv(fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) != 1 ||
        is_tls_record(first))
        return;
    while (rounds-- > 0 && recv(fd, bin, sizeof(bin), MSG_DONTWAIT) > 0)
        ;
    shutdown(fd, SHUT_RDWR);
}

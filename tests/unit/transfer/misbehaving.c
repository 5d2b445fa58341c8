#include "misbehaving.h"

#include <string.h>

enum server_then hang(struct server_request *request, void *arg)
{
    (void)arg;
    if (strcmp(server_path(request), "/body") == 0)
        server_send_text(request,
                         "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour");
    server_wait(request, SERVER_FOREVER);
    return SERVER_CLOSE;
}

enum server_then answer_twice(struct server_request *request, void *arg)
{
    struct surplus *surplus = arg;

    server_flags(request, NULL);
    sem_wait(&surplus->taken);
    server_send_text(request,
                     "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    sem_post(&surplus->sent);
    return SERVER_KEEP;
}

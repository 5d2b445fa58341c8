#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetcher.h"
#include "scratch.h"

TestSuite(transfer_body, .init = fetcher_setup, .fini = fetcher_teardown,
          .timeout = 20);

enum { LONG_BODY = 3 * 1024 * 1024 + 17 };

static char *long_body(void)
{
    char *body = malloc(LONG_BODY);

    for (size_t i = 0; body && i < LONG_BODY; i++)
        body[i] = (char)(i % 251);
    return body;
}

/* /ok, /chunked, /error: the long body; /cut: half of it. */
static enum server_then send_long(struct server_request *request, void *arg)
{
    char *body = long_body();
    bool cut = strcmp(server_path(request), "/cut") == 0;
    char head[128];

    (void)arg;
    if (strcmp(server_path(request), "/chunked") == 0) {
        snprintf(head, sizeof(head),
                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "%x\r\n",
                 (unsigned)LONG_BODY);
        server_send_text(request, head);
        server_send(request, body, LONG_BODY);
        server_send_text(request, "\r\n0\r\n\r\n");
    } else {
        snprintf(
            head, sizeof(head), "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n",
            strcmp(server_path(request), "/error") == 0 ? "500 No" : "200 OK",
            (int)LONG_BODY);
        server_send_text(request, head);
        server_send(request, body, cut ? LONG_BODY / 2 : LONG_BODY);
    }
    free(body);
    return cut ? SERVER_CLOSE : SERVER_KEEP;
}

Test(transfer_body, streams_a_long_body_to_its_file)
{
    struct server *server = server_start(send_long, NULL);
    char *body = long_body();
    static const char *const paths[] = {"/ok", "/chunked"};
    char output[SCRATCH_SIZE];
    struct save_dir *dir;
    size_t got;

    scratch_make(output);
    cr_assert(eq(int, save_dir_open(&dir, output), 0));
    for (size_t i = 0; i < 2; i++) {
        struct save_file file = save_file(dir, 1);
        struct reply reply = fetch_to(server, paths[i], &file);

        cr_expect(eq(int, reply.cause, CAUSE_NONE), "%s", reply.text);
        cr_expect(eq(i64, reply.bytes, LONG_BODY));
        cr_expect(eq(ptr, (void *)transfer_body(fetcher.transfer, &got), NULL));
        cr_expect(eq(int, transfer_store(fetcher.transfer, &file), 0));
        cr_expect(eq(int, save_commit(&file, "long"), 0));
        cr_expect(scratch_holds(output, "long", body, LONG_BODY));
    }
    save_dir_close(dir);
    scratch_remove(output);
    free(body);
    server_stop(server);
}

Test(transfer_body, discards_what_a_long_body_left_when_it_fails)
{
    struct server *server = server_start(send_long, NULL);
    char output[SCRATCH_SIZE];
    struct save_dir *dir;
    struct save_file file;
    struct reply reply;
    char *names;

    scratch_make(output);
    cr_assert(eq(int, save_dir_open(&dir, output), 0));
    file = save_file(dir, 1);
    reply = fetch_to(server, "/cut", &file);

    cr_expect(eq(int, reply.cause, CAUSE_TRUNCATED));
    cr_expect(eq(int, file.fd, -1));
    cr_assert(eq(int, save_create(&file), 0), "the name is free again");
    save_discard(&file);
    save_dir_close(dir);
    names = scratch_list(output);
    cr_expect(eq(str, names, ""));
    free(names);
    scratch_remove(output);
    server_stop(server);
}

Test(transfer_body, gives_up_on_a_long_body_that_has_no_file)
{
    struct server *server = server_start(send_long, NULL);
    struct reply reply = fetch(server, "/ok");

    cr_expect(eq(int, reply.cause, CAUSE_CONTENT));
    cr_expect(eq(str, reply.text, "longer than 65536 bytes"));
    server_stop(server);
}

Test(transfer_body, does_not_read_the_long_body_of_an_error)
{
    struct server *server = server_start(send_long, NULL);
    struct reply reply = fetch(server, "/error");

    cr_expect(eq(int, reply.cause, CAUSE_HTTP));
    cr_expect(eq(str, reply.text, "HTTP 500 - No"));
    cr_expect(lt(i64, reply.bytes, LONG_BODY));
    server_stop(server);
}

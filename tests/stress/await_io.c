/*
 * Descriptors, connections and processes, awaited by many tasks at once that
 * are cancelled, run into limits, and find closed what they wait for. On
 * several loops at once, each by a seed of its own: await_io [SEED].
 */
#include "await_io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LOOPS = 2,
    ROUNDS = 12,
    ACTORS = 24,
    PROCESSES = 20, /* starting one takes some milliseconds */
};

unsigned chance(struct world *w, unsigned n)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (unsigned)(w->random >> 32) % n;
}

int pause_a_bit(struct world *w)
{
    int rc = 0;

    switch (chance(w, 3)) {
    case 0:
        return aw_sleep(chance(w, 20) * 0.00005);
    case 1:
        for (unsigned n = chance(w, 4); n > 0 && rc == 0; n--)
            rc = aw_sleep(0);
        return rc;
    default:
        return 0;
    }
}

int try_within_limit(struct world *w, aw_fn fn, void *arg)
{
    unsigned much = chance(w, 4);

    if (much == 0)
        return aw_await(aw_call(fn, arg), NULL);
    return aw_wait_for(aw_call(fn, arg), much == 1 ? 5 : chance(w, 40) * 0.0001,
                       NULL);
}

/* The tasks, and who disturbs them. */

static int act(void *arg, aw_value *ret)
{
    struct world *w = arg;
    int rc = pause_a_bit(w);

    (void)ret;
    for (unsigned n = 1 + chance(w, 4); rc == 0 && n > 0; n--) {
        unsigned kind = chance(w, 8);

        if (kind == 0 && w->processes_left > 0)
            rc = play_process(w);
        else if (kind < 4)
            rc = play_connection(w);
        else
            rc = play_pipe(w);
    }
    require(rc == 0 || rc == AW_ECANCELED);
    return rc;
}

static void play_round(struct world *w)
{
    aw_future *actors[ACTORS];

    aw_set_task_factory(NULL, chance(w, 2) ? aw_eager_task_factory : NULL,
                        NULL);
    aw_listener_bound(w->listener, chance(w, 2) ? 1 + chance(w, 6) : 0);
    for (int i = 0; i < ACTORS; i++)
        actors[i] = aw_create_task(NULL, aw_call(act, w));
    for (unsigned n = chance(w, ACTORS); n > 0; n--) {
        require(pause_a_bit(w) == 0);
        (void)aw_future_cancel(actors[chance(w, ACTORS)]);
    }
    for (int i = 0; i < ACTORS; i++) {
        int rc = aw_await(aw_give(actors[i]), NULL);

        require(rc == 0 || rc == AW_ECANCELED);
    }
}

/* A port of 127.0.0.1 that refuses; *fd keeps it. */
static int refusing_port(int *fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(*fd >= 0);
    require(bind(*fd, (struct sockaddr *)&address, size) == 0);
    require(getsockname(*fd, (struct sockaddr *)&address, &size) == 0);
    return ntohs(address.sin_port);
}

static int play(void *arg, aw_value *ret)
{
    struct world *w = arg;
    int fd;

    (void)ret;
    w->refused = refusing_port(&fd);
    require(aw_listen(&w->listener, "127.0.0.1", 0, 128, serve_moodily, w) ==
            0);
    w->port = aw_listener_port(w->listener);
    for (int round = 0; round < ROUNDS; round++)
        play_round(w);
    require(aw_listener_close(w->listener, 0.01) == 0);
    close(fd);
    return 0;
}

static void report(const aw_report *r, void *data)
{
    (void)data;
    fprintf(stderr, "reported: kind %d, code %d, task %s\n", (int)r->kind,
            r->code, r->task ? r->task : "none");
    abort();
}

static int watch_and_play(void *arg, aw_value *ret)
{
    aw_set_report_handler(NULL, report, NULL);
    return play(arg, ret);
}

static void *run_world(void *arg)
{
    struct world w = {.random = *(uint64_t *)arg, .processes_left = PROCESSES};

    require(aw_run(aw_call(watch_and_play, &w), NULL, NULL) == 0);
    return NULL;
}

static size_t count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    size_t n = 0;

    require(dir != NULL);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static int do_nothing(void *arg, aw_value *ret)
{
    (void)arg, (void)ret;
    return 0;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, seeds[LOOPS];
    pthread_t threads[LOOPS];
    size_t descriptors;

    fprintf(stderr, "seed %llu\n", (unsigned long long)seed);
    /* libuv keeps some of its own from the first loop on. */
    require(aw_run(aw_call(do_nothing, NULL), NULL, NULL) == 0);
    descriptors = count_descriptors();
    for (int i = 0; i < LOOPS; i++) {
        seeds[i] = (seed * LOOPS + (uint64_t)i + 1) * 0x9e3779b97f4a7c15;
        require(pthread_create(&threads[i], NULL, run_world, &seeds[i]) == 0);
    }
    for (int i = 0; i < LOOPS; i++)
        pthread_join(threads[i], NULL);
    require(count_descriptors() == descriptors);
    return EXIT_SUCCESS;
}

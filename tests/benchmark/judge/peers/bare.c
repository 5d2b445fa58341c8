/*
 * The floor: a loop of curl_multi_poll() and curl_multi_perform() over a list,
 * with kept handles, and a write, a close and a rename for each file. It checks
 * nothing but the status. Several loops, a thread each, share the list and what
 * is in flight.
 *
 * usage: bare LIST DIRECTORY IN-FLIGHT[xLOOPS] [CA [2]]
 *
 * Lines of LIST: URL, tab, name.
 */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct slot {
    CURL *easy;
    char *name;
    char *body;
    size_t used, room;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bare: %s: %s\n", what, strerror(errno));
    exit(1);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct slot *slot = arg;

    (void)size;
    if (slot->used + count > slot->room) {
        slot->room = 2 * (slot->used + count);
        slot->body = realloc(slot->body, slot->room);
        if (!slot->body)
            die("memory");
    }
    memcpy(slot->body + slot->used, bytes, count);
    slot->used += count;
    return count;
}

static void save(struct slot *slot)
{
    char part[300];
    int fd;

    snprintf(part, sizeof(part), "%s.part", slot->name);
    fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, slot->body, slot->used) != (ssize_t)slot->used ||
        close(fd) < 0 || rename(part, slot->name) < 0)
        die(slot->name);
}

/* The next line of the list into a slot; false: there is none. */
static int start(CURLM *multi, FILE *list, struct slot *slot)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length = getline(&line, &size, list);
    char *tab = length > 0 ? strchr(line, '\t') : NULL;

    if (!tab) {
        free(line);
        return 0;
    }
    line[length - 1] = '\0';
    *tab = '\0';
    free(slot->name);
    slot->name = strdup(tab + 1);
    slot->used = 0;
    curl_easy_setopt(slot->easy, CURLOPT_URL, line);
    free(line);
    return curl_multi_add_handle(multi, slot->easy) == CURLM_OK;
}

static int reap(CURLM *multi, FILE *list)
{
    CURLMsg *message;
    int started = 0;
    int left;

    while ((message = curl_multi_info_read(multi, &left))) {
        CURLcode result = message->data.result;
        struct slot *slot;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
        curl_multi_remove_handle(multi, slot->easy);
        if (result != CURLE_OK) {
            fprintf(stderr, "bare: %s\n", curl_easy_strerror(result));
            exit(1);
        }
        save(slot);
        started += start(multi, list, slot);
    }
    return started;
}

static void prepare(struct slot *slot, char **options)
{
    slot->easy = curl_easy_init();
    if (!slot->easy)
        die("curl_easy_init");
    curl_easy_setopt(slot->easy, CURLOPT_PRIVATE, slot);
    curl_easy_setopt(slot->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(slot->easy, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(slot->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(slot->easy, CURLOPT_WRITEDATA, slot);
    curl_easy_setopt(slot->easy, CURLOPT_HTTP_VERSION,
                     options[0] && options[1] ? (long)CURL_HTTP_VERSION_2TLS
                                              : (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(slot->easy, CURLOPT_PIPEWAIT,
                     options[0] && options[1] ? 1L : 0L);
    if (options[0])
        curl_easy_setopt(slot->easy, CURLOPT_CAINFO, options[0]);
}

enum { LOOPS = 64 };

struct loop {
    pthread_t thread;
    FILE *list; /* of all: getline() locks it */
    char **options;
    int count; /* in flight */
};

static void *run(void *arg)
{
    struct loop *loop = arg;
    CURLM *multi = curl_multi_init();
    int running = 0;
    int started;

    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)loop->count);
    for (int i = 0; i < loop->count; i++) {
        struct slot *slot = calloc(1, sizeof(*slot));

        if (!slot)
            die("memory");
        prepare(slot, loop->options);
        if (!start(multi, loop->list, slot))
            break;
    }
    do {
        curl_multi_perform(multi, &running);
        started = reap(multi, loop->list);
        if (started == 0 && running > 0)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    } while (running > 0 || started > 0);
    return NULL;
}

int main(int argc, char **argv)
{
    char *rest = "";
    int count = argc > 3 ? (int)strtol(argv[3], &rest, 10) : 0;
    int loops = *rest == 'x' ? (int)strtol(rest + 1, NULL, 10) : 1;
    FILE *list = count > 0 ? fopen(argv[1], "re") : NULL;
    struct loop all[LOOPS];

    if (!list || loops < 1 || loops > LOOPS || chdir(argv[2]) < 0)
        die("usage: bare LIST DIRECTORY IN-FLIGHT[xLOOPS] [CA [2]]");
    curl_global_init(CURL_GLOBAL_DEFAULT);
    for (int i = 0; i < loops; i++) {
        all[i] = (struct loop){
            .list = list,
            .options = argv + 4,
            .count = count / loops + (i < count % loops),
        };
        errno = i > 0 ? pthread_create(&all[i].thread, NULL, run, &all[i]) : 0;
        if (errno)
            die("pthread_create");
    }
    run(&all[0]);
    for (int i = 1; i < loops; i++)
        pthread_join(all[i].thread, NULL);
    return 0;
}

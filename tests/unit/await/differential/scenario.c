#include "scenario.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "operations.h"
#include "root.h"

/* Words. */

void scenario_say(struct scenario *s, const char *label, const char *format,
                  ...)
{
    va_list args;

    fprintf(s->trace, "%.0f.%d %s ", aw_time(s->loop) - s->began, s->turn,
            label);
    va_start(args, format);
    vfprintf(s->trace, format, args);
    va_end(args);
    fputc('\n', s->trace);
}

const char *token(int code, char *room, size_t size)
{
    switch (code) {
    case AW_ECANCELED:
        return "cancelled";
    case AW_ETIMEDOUT:
        return "timeout";
    case AW_ESTATE:
    case AW_EEMPTY:
        return "refused";
    default:
        if (code > AW_EUSER)
            return aw_strerror(code);
        snprintf(room, size, "error %d", AW_EUSER - code);
        return room;
    }
}

aw_value value_of(int n)
{
    return (aw_value){.ptr = (void *)(intptr_t)n};
}

const char *value_text(aw_value value, char *room, size_t size)
{
    if (!value.ptr)
        return "list";
    snprintf(room, size, "%d", (int)(intptr_t)value.ptr);
    return room;
}

static const char *kind(const aw_future *f)
{
    static const char *const kinds[] = {"pending", "value", "error",
                                        "cancelled"};

    return kinds[aw_future_state(f)];
}

/* Objects. */

static const char classes[] = "fgst";

aw_future **scenario_place(struct scenario *s, struct arg arg)
{
    const char *class = strchr(classes, arg.kind);

    if (!class || arg.n < 0)
        return NULL;
    return &s->futures[class - classes][arg.n];
}

aw_future *scenario_future(struct scenario *s, struct arg arg)
{
    aw_future **place = scenario_place(s, arg);

    return place ? *place : NULL;
}

/* A shield of what is decided is the same future under a second name. */
static struct arg name_of(struct scenario *s, const aw_future *f)
{
    for (const char *class = "tfgs"; *class; class ++)
        for (int i = 0; i < OBJECTS_MAX; i++) {
            struct arg arg = {*class, i};

            if (scenario_future(s, arg) == f)
                return arg;
        }
    return (struct arg){'?', 0};
}

/* Coroutines and callbacks. */

static int run_coroutine(void *arg, aw_value *ret)
{
    struct actor *actor = arg;
    struct scenario *s = actor->scenario;
    struct frame frame = {.scenario = s, .value = 10 * actor->n + 10};
    char label[LABEL_MAX];
    char room[TOKEN_MAX];
    int rc;

    snprintf(label, sizeof(label), "c%d", actor->n);
    scenario_say(s, label, "begins");
    rc = run_block(&frame, s->program->coroutines[actor->n].ops);
    if (rc < 0) {
        scenario_say(s, label, "%s", token(rc, room, sizeof(room)));
        return rc;
    }
    scenario_say(s, label, "value %d", frame.value);
    *ret = value_of(frame.value);
    return 0;
}

bool scenario_begin(struct scenario *s, int n, aw_coro *coro)
{
    if (s->begun[n] || !s->program->coroutines[n].exists)
        return false;
    s->begun[n] = true;
    *coro = aw_call(run_coroutine, &s->coroutines[n]);
    return true;
}

static void run_callback(struct actor *actor, const char *words)
{
    struct scenario *s = actor->scenario;
    char label[LABEL_MAX];

    snprintf(label, sizeof(label), "k%d", actor->n);
    scenario_say(s, label, "%s", words);
    run_plain(s, s->program->callbacks[actor->n].ops);
}

void scenario_call(void *callback)
{
    run_callback(callback, "runs");
}

void scenario_tell(aw_future *f, void *callback)
{
    struct actor *actor = callback;
    struct arg name = name_of(actor->scenario, f);
    char words[TOKEN_MAX];

    snprintf(words, sizeof(words), "told %c%d %s", name.kind, name.n, kind(f));
    run_callback(actor, words);
}

/* Beginning and end. */

static void note_unread(const aw_report *report, void *arg)
{
    struct scenario *s = arg;
    size_t room = sizeof(s->unread) / sizeof(s->unread[0]);

    if (report->kind == AW_NEVER_RETRIEVED && s->n_unread < room)
        s->unread[s->n_unread++] = report->code;
    if (report->kind == AW_SHUTDOWN_ERROR && s->n_at_shutdown < room)
        s->at_shutdown[s->n_at_shutdown++] = report->code;
}

/* Numbers that differ by their last bit only are equal: the one that was put
   first comes first. */
static int compare_items(const aw_value *a, const aw_value *b)
{
    return (int)((intptr_t)a->ptr / 2 - (intptr_t)b->ptr / 2);
}

static int make_queues(struct scenario *s)
{
    for (int i = 0; i < s->program->conditions; i++)
        aw_condition_init(&s->conditions[i], &s->locks[i]);
    for (size_t i = 0; i < s->program->n_queues; i++) {
        char order = s->program->queues[i].order;
        int rc =
            aw_queue_init(&s->queues[i], (size_t)s->program->queues[i].bound,
                          order == 'p'   ? AW_PRIORITY
                          : order == 'l' ? AW_LIFO
                                         : AW_FIFO,
                          order == 'p' ? compare_items : NULL);

        if (rc < 0)
            return rc;
    }
    return 0;
}

static int make_objects(struct scenario *s)
{
    for (int i = 0; i < OBJECTS_MAX; i++) {
        s->coroutines[i] = (struct actor){s, i};
        s->callbacks[i] = (struct actor){s, i};
    }
    for (int i = 0; i < s->program->futures; i++) {
        aw_future **place = scenario_place(s, (struct arg){'f', i});

        *place = aw_future_new(s->loop);
        if (!*place)
            return AW_ENOMEM;
    }
    for (size_t i = 0; i < s->program->n_semaphores; i++) {
        int rc = aw_semaphore_init(&s->semaphores[i],
                                   s->program->semaphores[i].value,
                                   s->program->semaphores[i].bound);

        if (rc < 0)
            return rc;
    }
    return make_queues(s);
}

static void write_states(struct scenario *s)
{
    fputs("end", s->trace);
    for (const char *class = classes; *class; class ++)
        for (int i = 0; i < OBJECTS_MAX; i++) {
            const aw_future *f = scenario_future(s, (struct arg){*class, i});

            if (f)
                fprintf(s->trace, " %c%d %s", *class, i, kind(f));
        }
    fputc('\n', s->trace);
}

static void release_objects(struct scenario *s)
{
    for (int i = 0; i < OBJECTS_MAX; i++) {
        for (size_t class = 0; class < sizeof(classes) - 1; class ++)
            aw_unref(s->futures[class][i]);
        aw_handle_unref(s->handles[i]);
        aw_queue_free(&s->queues[i]);
    }
}

static int by_token(const void *a, const void *b)
{
    char room_a[TOKEN_MAX];
    char room_b[TOKEN_MAX];

    return strcmp(token(*(const int *)a, room_a, sizeof(room_a)),
                  token(*(const int *)b, room_b, sizeof(room_b)));
}

/* What the end met with is told a line each. */
static void write_shutdown(struct scenario *s)
{
    char room[TOKEN_MAX];

    if (!s->program->unread)
        return;
    qsort(s->at_shutdown, s->n_at_shutdown, sizeof(s->at_shutdown[0]),
          by_token);
    for (size_t i = 0; i < s->n_at_shutdown; i++)
        fprintf(s->trace, "shutdown %s\n",
                token(s->at_shutdown[i], room, sizeof(room)));
}

static void write_unread(struct scenario *s)
{
    char room[TOKEN_MAX];

    if (!s->program->unread)
        return;
    qsort(s->unread, s->n_unread, sizeof(s->unread[0]), by_token);
    fputs("unread", s->trace);
    for (size_t i = 0; i < s->n_unread; i++)
        fprintf(s->trace, " %s", token(s->unread[i], room, sizeof(room)));
    fputc('\n', s->trace);
}

/* Within aw_run() the objects are made when there is a loop. */
static int run_and_shut_down(void *arg, aw_value *ret)
{
    struct scenario *s = arg;
    int rc;

    s->loop = aw_get_running_loop();
    s->loop_kept = aw_future_new(s->loop); /* holds a reference on it */
    if (!s->loop_kept)
        return AW_ENOMEM;
    s->began = aw_time(s->loop);
    aw_set_report_handler(s->loop, note_unread, s);
    rc = make_objects(s);
    return rc < 0 ? rc : run_root(s, ret);
}

static int run_with_shutdown(struct scenario *s)
{
    int rc = aw_run(aw_call(run_and_shut_down, s), NULL,
                    &(aw_loop_options){.virtual_clock = true});

    write_shutdown(s);
    write_states(s);
    release_objects(s);
    aw_unref(s->loop_kept);
    return rc;
}

static int run_with_loop(struct scenario *s)
{
    int rc = aw_loop_new(&s->loop, &(aw_loop_options){.virtual_clock = true});

    if (rc < 0)
        return rc;
    s->began = aw_time(s->loop);
    aw_set_report_handler(s->loop, note_unread, s);
    rc = make_objects(s);
    if (rc == 0)
        rc = aw_run_until_complete(s->loop, aw_call(run_root, s), NULL);
    write_states(s);
    /* An error that nobody read is told with the last reference. */
    release_objects(s);
    (void)aw_loop_close(s->loop);
    aw_loop_unref(s->loop);
    return rc;
}

int scenario_run(const struct program *program, FILE *trace)
{
    struct scenario *s = calloc(1, sizeof(*s));
    int rc;

    if (!s)
        return AW_ENOMEM;
    s->program = program;
    s->trace = trace;
    rc = program->shutdown ? run_with_shutdown(s) : run_with_loop(s);
    write_unread(s);
    free(s);
    return rc;
}

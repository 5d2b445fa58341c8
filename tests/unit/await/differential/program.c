#include "program.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

void line_next(struct line *line)
{
    ssize_t length = getline(&line->text, &line->room, line->file);

    if (length < 0) {
        free(line->text);
        line->text = NULL;
        line->room = 0;
        return;
    }
    line->text[strcspn(line->text, "\n")] = '\0';
    line->number++;
}

static bool parse_number(const char *text, int *n)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (end == text || *end != '\0' || value < 0 || value > INT_MAX)
        return false;
    *n = (int)value;
    return true;
}

static bool parse_arg(const char *word, struct arg *arg)
{
    *arg = (struct arg){'#', NO_LIMIT};
    if (strcmp(word, "-") == 0 || parse_number(word, &arg->n))
        return true;
    arg->kind = word[0];
    if (word[1] != '\0' && isdigit((unsigned char)word[1]))
        return parse_number(word + 1, &arg->n) && arg->n < OBJECTS_MAX;
    return isalpha((unsigned char)word[0]);
}

static bool copy_word(char *to, const char *word)
{
    if (!word)
        return false;
    return snprintf(to, NAME_MAX_LENGTH, "%s", word) < NAME_MAX_LENGTH;
}

/* "policy name args..."; the text is cut into words. */
static bool parse_op(struct op *op, char *text)
{
    char *rest;
    char *word = strtok_r(text, " ", &rest);

    if (!word || strlen(word) != 1)
        return false;
    op->policy = word[0];
    if (!copy_word(op->name, strtok_r(NULL, " ", &rest)))
        return false;
    while ((word = strtok_r(NULL, " ", &rest))) {
        if (op->n_args == ARGS_MAX || !parse_arg(word, &op->args[op->n_args]))
            return false;
        op->n_args++;
    }
    return true;
}

/* What is being read of a body. */
struct reading {
    struct line *line;
    const char *body;
    size_t count;
};

static int read_block(struct reading *r, struct op **first);

static bool is_block(const struct op *op)
{
    return strcmp(op->name, "timeout") == 0 || strcmp(op->name, "group") == 0 ||
           strcmp(op->name, "try") == 0;
}

/* The operation is in its list already: whoever frees that frees it. */
static int read_op(struct reading *r, struct op *op)
{
    int rc;

    if (!parse_op(op, r->line->text))
        return -EINVAL;
    snprintf(op->label, sizeof(op->label), "%s.%zu", r->body, r->count++);
    if (!is_block(op))
        return 0;
    rc = read_block(r, &op->blocks[0]);
    if (rc == 0 && strcmp(r->line->text, "finally") == 0)
        rc = read_block(r, &op->blocks[1]);
    return rc;
}

/* The lines after the present one up to "end" or "finally", which stays. */
static int read_block(struct reading *r, struct op **first)
{
    struct op **last = first;

    for (;;) {
        int rc;

        line_next(r->line);
        if (!r->line->text)
            return -EINVAL;
        if (strcmp(r->line->text, "end") == 0 ||
            strcmp(r->line->text, "finally") == 0)
            return 0;
        *last = calloc(1, sizeof(**last));
        if (!*last)
            return -ENOMEM;
        rc = read_op(r, *last);
        if (rc < 0)
            return rc;
        last = &(*last)->next;
    }
}

/* The present line names it. */
static int read_body(struct program *p, struct line *line)
{
    char name[NAME_MAX_LENGTH];
    struct reading reading = {.line = line, .body = name};
    struct arg arg;
    struct body *body;

    if (!copy_word(name, line->text) || !parse_arg(name, &arg) || arg.n < 0)
        return -EINVAL;
    if (arg.kind == 'c')
        body = &p->coroutines[arg.n];
    else if (arg.kind == 'k')
        body = &p->callbacks[arg.n];
    else
        return -EINVAL;
    if (body->exists)
        return -EINVAL;
    body->exists = true;
    return read_block(&reading, &body->ops);
}

/* "value/bound", with commas between, or "-". */
static bool parse_semaphores(struct program *p, char *text)
{
    char *rest;

    if (strcmp(text, "-") == 0)
        return true;
    for (char *word = strtok_r(text, ",", &rest); word;
         word = strtok_r(NULL, ",", &rest)) {
        char *slash = strchr(word, '/');

        if (!slash || p->n_semaphores == OBJECTS_MAX)
            return false;
        *slash = '\0';
        if (!parse_number(word, &p->semaphores[p->n_semaphores].value) ||
            !parse_number(slash + 1, &p->semaphores[p->n_semaphores].bound))
            return false;
        p->n_semaphores++;
    }
    return true;
}

/* "bound/order", with commas between, or "-". */
static bool parse_queues(struct program *p, char *text)
{
    char *rest;

    if (strcmp(text, "-") == 0)
        return true;
    for (char *word = strtok_r(text, ",", &rest); word;
         word = strtok_r(NULL, ",", &rest)) {
        char *slash = strchr(word, '/');

        if (!slash || p->n_queues == OBJECTS_MAX)
            return false;
        *slash = '\0';
        if (!parse_number(word, &p->queues[p->n_queues].bound))
            return false;
        p->queues[p->n_queues].order = slash[1];
        p->n_queues++;
    }
    return true;
}

static bool parse_property(struct program *p, const char *key, char *value)
{
    if (strcmp(key, "futures") == 0)
        return parse_number(value, &p->futures) && p->futures <= OBJECTS_MAX;
    if (strcmp(key, "events") == 0)
        return parse_number(value, &p->events) && p->events <= OBJECTS_MAX;
    if (strcmp(key, "turns") == 0)
        return parse_number(value, &p->turns);
    if (strcmp(key, "unread") == 0)
        return parse_number(value, &p->unread);
    if (strcmp(key, "locks") == 0)
        return parse_number(value, &p->locks) && p->locks <= OBJECTS_MAX;
    if (strcmp(key, "conditions") == 0)
        return parse_number(value, &p->conditions) && p->conditions <= p->locks;
    if (strcmp(key, "shutdown") == 0)
        return parse_number(value, &p->shutdown);
    if (strcmp(key, "queues") == 0)
        return parse_queues(p, value);
    if (strcmp(key, "semaphores") == 0)
        return parse_semaphores(p, value);
    return false;
}

/* "program NAME", then pairs of a property and its value. */
static bool parse_head(struct program *p, char *text)
{
    char *rest;
    char *key = strtok_r(text, " ", &rest);

    if (!key || strcmp(key, "program") != 0)
        return false;
    if (!copy_word(p->name, strtok_r(NULL, " ", &rest)))
        return false;
    while ((key = strtok_r(NULL, " ", &rest))) {
        char *value = strtok_r(NULL, " ", &rest);

        if (!value || !parse_property(p, key, value))
            return false;
    }
    return true;
}

int program_read(struct program **out, struct line *line)
{
    struct program *p;
    int rc = 0;

    if (!line->text)
        line_next(line);
    if (!line->text)
        return 0;
    p = calloc(1, sizeof(*p));
    if (!p)
        return -ENOMEM;
    if (!parse_head(p, line->text))
        rc = -EINVAL;
    while (rc == 0) {
        line_next(line);
        if (!line->text || line->text[0] == '=' ||
            strncmp(line->text, "program ", 8) == 0)
            break;
        rc = read_body(p, line);
    }
    if (rc < 0) {
        program_free(p);
        return rc;
    }
    *out = p;
    return 1;
}

static void free_ops(struct op *op)
{
    while (op) {
        struct op *next = op->next;

        free_ops(op->blocks[0]);
        free_ops(op->blocks[1]);
        free(op);
        op = next;
    }
}

void program_free(struct program *p)
{
    if (!p)
        return;
    for (int i = 0; i < OBJECTS_MAX; i++) {
        free_ops(p->coroutines[i].ops);
        free_ops(p->callbacks[i].ops);
    }
    free(p);
}

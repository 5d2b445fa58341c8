#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture/rules/fault_tell.h"
#include "fixture/weather.h"

/*
 * Whatever text is posted as rules: it is taken whole or changes nothing, and
 * then says why; a rule that was taken reads as the same one from its own text,
 * is told in words, and decides about requests. A delay that was read is
 * written as it can be read again.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

static const char *accept_all(const struct fault *f, const void *data)
{
    (void)f;
    (void)data;
    return NULL;
}

static void check_delay(const struct delay *d)
{
    struct delay again;
    char text[100];

    delay_format(d, text, sizeof(text));
    check(delay_parse(&again, text) == 0, "a delay that cannot be read again");
    check(again.kind == d->kind, "a delay of another kind");
}

static void check_rule(const struct fault *f)
{
    struct fault again;
    char why[400] = "";
    char words[60];

    check(fault_parse(&again, f->rule, why, sizeof(why)) == 0, why);
    check(again.kind == f->kind && strcmp(again.rule, f->rule) == 0 &&
              again.range_count == f->range_count && again.bytes == f->bytes &&
              again.status == f->status,
          "another rule");
    fault_close(&again);
    fault_tell(f, words, sizeof(words));
    check(words[0] && strlen(words) < sizeof(words), "words");
    if (f->kind == FAULT_DELAY)
        check_delay(&f->delay);
}

static void ask(const struct weather *w)
{
    static const char *const paths[] = {"/", "/flags/br/br.gif",
                                        "/flags/br/metadata.json", ""};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        for (unsigned attempt = 1; attempt < 4; attempt++) {
            struct forecast f = weather_at(w, paths[i], attempt);

            check(f.delay_us >= 0, "a delay below 0");
            check(!f.fault || !fault_is_of_connection(f.fault), "its scope");
        }
    }
    (void)weather_connection(w, SCOPE_TLS, "a.test", 1);
    (void)weather_connection(w, SCOPE_SESSION, "", 2);
}

/* The delay's reader has the first line for itself. */
static void read_delay(const char *text)
{
    size_t n = strcspn(text, "\n");
    char *line = strndup(text, n);
    struct delay d;

    check(line != NULL, "memory");
    if (delay_parse(&d, line) == 0)
        check_delay(&d);
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct weather w = {.seed = 1};
    char why[100] = "";
    char *text = malloc(size + 1);
    int rc;

    check(text != NULL, "memory");
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    check(weather_add_rule(&w, "etag=off", why, sizeof(why)) == 0, "the first");
    rc = weather_add_text(&w, text, size, accept_all, NULL, why, sizeof(why));
    if (rc < 0)
        check(w.rules.count == 1 && why[0] && strlen(why) < sizeof(why),
              "a refusal");
    for (size_t i = 0; i < w.rules.count; i++)
        check_rule(w.rules.items[i]);
    ask(&w);
    read_delay(text);
    weather_close(&w);
    free(text);
    return 0;
}

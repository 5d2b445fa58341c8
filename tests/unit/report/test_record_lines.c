#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorded.h"
#include "report/record.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

TestSuite(record, .init = recorded_setup, .fini = recorded_teardown,
          .timeout = 10);

/* The record as lines; the caller frees. */
static char *lines_of(const struct record *of)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    cr_assert(ne(ptr, out, NULL));
    cr_assert(eq(int, record_write(out, of), 0));
    cr_assert(eq(int, fclose(out), 0));
    return text;
}

static int read_line(struct record *to, const char *line)
{
    json_t *json = json_loads(line, 0, NULL);
    int rc;

    cr_assert(ne(ptr, json, NULL), "%s", line);
    rc = record_read(to, json);
    json_decref(json);
    return rc;
}

/* Each line with its newline, as getline() would give it. */
static void read_lines(struct record *to, char *text)
{
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n') + 1;
        char kept_byte = *end;

        *end = '\0';
        cr_expect(eq(int, read_line(to, line), 1), "%s", line);
        *end = kept_byte;
        line = end;
    }
}

Test(record, what_is_written_is_what_is_read)
{
    static const struct item odd = {.index = 1,
                                    .subject = "http://h/a b%41\xff\n"};
    struct outcome named = ok;
    struct record copy = {0};
    char *text;
    char *again;

    snprintf(named.name, sizeof(named.name),
             "C\xc3\xb4te d'Ivoire - 100%% :CI.gif ");
    scheduled(&events, 1000, &br);
    scheduled(&events, 1000, &odd);
    started(&events, 1010, &br, 1, 3);
    transferred(&events, 7100, &br, 1, 3, &fresh);
    transferred(&events, 8300, &br, 1, 3, &kept);
    final(&events, 8400, &br, 1, 1, &named);
    final(&events, 8500, &odd, 1, 1, &not_found);

    text = lines_of(&record);
    read_lines(&copy, text);
    again = lines_of(&copy);

    cr_expect(eq(str, again, text));
    cr_expect(eq(i64, copy.first_us, 1000));
    cr_expect(eq(i64, copy.last_us, 8500));
    cr_assert(eq(sz, copy.item_count, 2));
    cr_assert(eq(sz, copy.request_count, 2));
    cr_expect(eq(str, copy.items[0].name, named.name));
    cr_expect(eq(str, copy.items[1].subject, (char *)odd.subject));
    cr_expect(eq(ptr, copy.items[1].name, NULL));
    cr_expect(eq(int, copy.items[1].status, STATUS_NOT_FOUND));
    cr_expect(eq(long, copy.items[1].http_status, 404));
    cr_expect(copy.requests[0].new_connection);
    cr_expect(eq(i64, copy.requests[1].first_byte_us,
                 record.requests[1].first_byte_us));
    record_close(&copy);
    free(text);
    free(again);
}

Test(record, every_byte_of_a_name_is_read_as_it_was)
{
    static const struct item bytes = {.index = 0, .subject = "BR"};
    struct outcome named = ok;
    struct record copy = {0};
    char *text;

    for (int i = 1; i < 256; i++)
        named.name[i - 1] = (char)i;
    named.name[255] = '\0';
    scheduled(&events, 0, &bytes);
    final(&events, 1, &bytes, 1, 1, &named);
    text = lines_of(&record);
    read_lines(&copy, text);

    cr_assert(eq(sz, copy.item_count, 1));
    cr_expect(eq(str, copy.items[0].name, named.name));
    record_close(&copy);
    free(text);
}

Test(record, other_lines_are_left_to_others)
{
    struct record copy = {0};

    cr_expect(
        eq(int, read_line(&copy, "{\"final\":\"BR\",\"status\":\"ok\"}"), 0));
    cr_expect(eq(int, read_line(&copy, "{}"), 0));
    cr_expect(eq(int, read_line(&copy, "[1]"), 0));
}

/* A field's wrong values, in JSON; NULL: without the field. */
struct wrong {
    const char *field;
    const char *values[5];
};

/* `line` with the field's value replaced, or with it taken away. */
static json_t *changed(const char *line, const char *field, const char *value)
{
    json_t *json = json_loads(line, 0, NULL);

    cr_assert(ne(ptr, json, NULL), "%s", line);
    if (value)
        json_object_set_new(json, field,
                            json_loads(value, JSON_DECODE_ANY, NULL));
    else
        json_object_del(json, field);
    return json;
}

/* Each field of `line` missing, of another kind and out of its range, and one
   too many. */
static void refuses(struct record *copy, const char *line,
                    const struct wrong *wrong, size_t count)
{
    json_t *whole = json_loads(line, 0, NULL);
    json_t *more = changed(line, "unheard", "1");
    const char *key;
    json_t *value;

    cr_expect(eq(int, record_read(copy, more), -EINVAL));
    json_decref(more);
    json_object_foreach(whole, key, value)
    {
        json_t *cut = changed(line, key, NULL);
        json_t *other = changed(line, key, "[]");

        cr_expect(le(int, record_read(copy, cut), 0), "%s without", key);
        cr_expect(eq(int, record_read(copy, other), -EINVAL), "%s: []", key);
        json_decref(cut);
        json_decref(other);
    }
    json_decref(whole);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < 5 && wrong[i].values[j]; j++) {
            json_t *json = changed(line, wrong[i].field, wrong[i].values[j]);

            cr_expect(eq(int, record_read(copy, json), -EINVAL), "%s: %s",
                      wrong[i].field, wrong[i].values[j]);
            json_decref(json);
        }
    }
}

static const char run_line[] = "{\"first_us\":1,\"last_us\":40,\"error\":0}";
static const char item_line[] =
    "{\"item\":0,\"status\":0,\"cause\":0,\"http_status\":200,\"bytes\":1,"
    "\"attempts\":1,\"worker\":1,\"started_us\":1,\"final_us\":40,"
    "\"subject\":\"A\",\"name\":null}";
static const char next_item_line[] =
    "{\"item\":1,\"status\":0,\"cause\":0,\"http_status\":200,\"bytes\":1,"
    "\"attempts\":1,\"worker\":1,\"started_us\":1,\"final_us\":40,"
    "\"subject\":\"B\",\"name\":null}";
static const char request_line[] =
    "{\"request\":0,\"attempt\":1,\"number\":1,\"worker\":1,\"start_us\":10,"
    "\"connected_us\":10,\"first_byte_us\":20,\"end_us\":30,\"cause\":4,"
    "\"http_status\":0,\"bytes\":0,\"from\":0,\"local_port\":0,\"new_"
    "connection\":false}";

Test(record, broken_lines_change_nothing)
{
    static const struct wrong run[] = {
        {"first_us", {"-2", "9223372036854775807", "1.0", "\"1\"", "null"}},
        {"last_us", {"-2", "9223372036854775807"}},
        {"error", {"1", "-2147483649"}},
    };
    static const struct wrong item[] = {
        {"item", {"0", "2", "4294967295", "-1"}}, /* is there; not the next */
        {"status", {"-1", "99"}},
        {"cause", {"-1", "99"}},
        {"http_status", {"-1"}},
        {"bytes", {"-1"}},
        {"attempts", {"-1", "4294967296"}},
        {"worker", {"-1", "4294967296"}},
        {"started_us", {"-2", "9223372036854775807"}},
        {"final_us", {"-2", "9223372036854775807"}},
        {"subject", {"1", "\"\xc4\x80\""}}, /* no byte has that number */
        {"name", {"false", "\"\xe2\x82\xac\""}},
    };
    static const struct wrong request[] = {
        {"request", {"1", "-1"}}, /* no such item */
        {"attempt", {"-1", "4294967296"}},
        {"number", {"-1", "4294967296"}},
        {"worker", {"-1", "4294967296"}},
        {"start_us", {"-1", "11", "9223372036854775807"}},
        {"connected_us", {"9", "21", "-2"}},
        {"first_byte_us", {"9", "31", "-2"}},
        {"end_us", {"19", "29", "-1"}}, /* or before the one before */
        {"cause", {"-1", "99"}},
        {"http_status", {"-1"}},
        {"bytes", {"-1"}},
        {"from", {"-1"}},
        {"local_port", {"-1", "65536"}},
        {"new_connection", {"0", "2"}},
    };
    struct record copy = {0};
    char *before;
    char *after;

    cr_assert(eq(int, read_line(&copy, run_line), 1));
    cr_assert(eq(int, read_line(&copy, item_line), 1));
    cr_assert(eq(int, read_line(&copy, request_line), 1));
    before = lines_of(&copy);

    refuses(&copy, run_line, run, COUNT(run));
    refuses(&copy, next_item_line, item, COUNT(item));
    refuses(&copy, request_line, request, COUNT(request));

    after = lines_of(&copy);
    cr_expect(eq(str, after, before));
    record_close(&copy);
    free(before);
    free(after);
}

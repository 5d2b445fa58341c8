#include "report/shards.h"

#include <errno.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char schema[] = "flags.report/1";

/* The parts that are added up or gone through, and what they have to be. */
static const struct part {
    const char *key;
    json_type type;
} parts[] = {
    {"items", JSON_ARRAY},    {"counts", JSON_OBJECT},
    {"named", JSON_INTEGER},  {"missing", JSON_INTEGER},
    {"stop", JSON_STRING},    {"retries", JSON_INTEGER},
    {"started", JSON_STRING}, {"shard", JSON_OBJECT},
};

const char *shards_trouble(const json_t *report)
{
    const char *found = json_string_value(json_object_get(report, "schema"));

    if (!found || strcmp(found, schema) != 0)
        return "not a report of 'flags get --json'";
    if (!json_object_get(report, "shard"))
        return "not the report of a shard ('flags get --shard')";
    for (size_t i = 0; i < COUNT(parts); i++) {
        const json_t *part = json_object_get(report, parts[i].key);

        if (!part || json_typeof(part) != parts[i].type)
            return "not a whole report of 'flags get --json'";
    }
    if (!json_is_number(json_object_get(report, "elapsed")))
        return "not a whole report of 'flags get --json'";
    return NULL;
}

static int add_number(json_t *whole, const json_t *report, const char *key)
{
    json_int_t sum = json_integer_value(json_object_get(whole, key)) +
                     json_integer_value(json_object_get(report, key));

    return json_object_set_new(whole, key, json_integer(sum));
}

static int add_counts(json_t *whole, json_t *report)
{
    json_t *sums = json_object_get(whole, "counts");
    json_t *counts = json_object_get(report, "counts");
    const char *key;
    json_t *value;

    json_object_foreach(counts, key, value)
    {
        (void)value;
        if (add_number(sums, counts, key) < 0)
            return -1;
    }
    return 0;
}

int shards_add(json_t *whole, json_t *report)
{
    const char *began = json_string_value(json_object_get(whole, "started"));
    json_t *started = json_object_get(report, "started");
    json_t *elapsed = json_object_get(report, "elapsed");
    const char *stop = json_string_value(json_object_get(whole, "stop"));
    int rc = json_array_extend(json_object_get(whole, "items"),
                               json_object_get(report, "items"));

    if (rc == 0)
        rc = add_counts(whole, report);
    if (rc == 0)
        rc = add_number(whole, report, "named");
    if (rc == 0)
        rc = add_number(whole, report, "missing");
    if (rc == 0)
        rc = add_number(whole, report, "retries");
    if (rc == 0 && strcmp(json_string_value(started), began) < 0)
        rc = json_object_set(whole, "started", started);
    if (rc == 0 && json_number_value(elapsed) >
                       json_number_value(json_object_get(whole, "elapsed")))
        rc = json_object_set(whole, "elapsed", elapsed);
    if (rc == 0 && strcmp(stop, "none") == 0)
        rc = json_object_set(whole, "stop", json_object_get(report, "stop"));
    return rc < 0 ? -ENOMEM : 0;
}

#include "findings/json_internal.h"

#include <math.h>

enum request_column {
    REQUEST_ITEM,
    REQUEST_START,
    REQUEST_TOOK,
    REQUEST_ANSWER,
    REQUEST_LATE
};

static json_t *request_value(const struct comparison_request *request,
                             enum request_column column)
{
    switch (column) {
    case REQUEST_ITEM:
        return json_integer((json_int_t)request->item);
    case REQUEST_START:
        return seconds_json((double)request->start_us);
    case REQUEST_TOOK:
        return seconds_json((double)request->took_us);
    case REQUEST_ANSWER:
        return seconds_json((double)request->answer_us);
    case REQUEST_LATE:
        break;
    }
    return request->late_us < 0 ? json_null()
                                : seconds_json((double)request->late_us);
}

static json_t *request_values(const struct comparison_run *run,
                              enum request_column column)
{
    json_t *array = json_array();

    for (size_t i = 0; i < run->request_count; i++) {
        if (json_array_append_new(
                array, request_value(&run->requests[i], column)) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static json_t *run(const struct comparison_setup *setup,
                   const struct comparison_run *run)
{
    json_t *made = json_pack(
        "{s:I, s:I, s:I, s:o, s:o, s:b, s:o, s:{s:o, s:o, s:o, s:o, s:o}}",
        "seed", (json_int_t)setup->seed + (json_int_t)run->weather, "number",
        (json_int_t)run->number, "place", (json_int_t)run->place, "started",
        seconds_json((double)run->started_us), "observed",
        seconds_json((double)run->observed_us), "outlier", run->outlier,
        "disturbed",
        comparison_knows_disturbed(run)
            ? json_boolean(comparison_is_disturbed(run))
            : json_null(),
        "request_times", "item", request_values(run, REQUEST_ITEM), "start",
        request_values(run, REQUEST_START), "time",
        request_values(run, REQUEST_TOOK), "answer",
        request_values(run, REQUEST_ANSWER), "lateness",
        request_values(run, REQUEST_LATE));
    bool complete = made;

    for (enum figure_id id = 0; id < FIGURES && complete; id++) {
        int64_t measured = run->measured[id];

        if (figures[id].how == HOW_MEASURED)
            complete = json_object_set_new(
                           made, figures[id].name,
                           value_json(&figures[id],
                                      measured < 0 ? (double)NAN
                                                   : (double)measured)) == 0;
    }
    if (complete)
        return made;
    json_decref(made);
    return NULL;
}

json_t *runs_json(const struct comparison_setup *setup,
                  const struct comparison_run *all, size_t count, bool times)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct comparison_run *one = &all[i];

        if (json_array_append_new(array,
                                  times ? seconds_json((double)one->observed_us)
                                        : run(setup, one)) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

#include "comparison/condition_field.h"

#define RUN(field) offsetof(struct comparison_run, field)
#define CELL(field) offsetof(struct comparison_cell, field)

const struct condition_field condition_fields[] = {
    {"median", UNIT_TIME, HOW_MEDIAN, RUN(observed_us), 0, 0},
    {"mean", UNIT_TIME, HOW_MEAN, RUN(observed_us), 0, 0},
    {"stddev", UNIT_TIME, HOW_STDDEV, RUN(observed_us), 0, 0},
    {"min", UNIT_TIME, HOW_MIN, RUN(observed_us), 0, 0},
    {"max", UNIT_TIME, HOW_MAX, RUN(observed_us), 0, 0},
    {"ratio", UNIT_NONE, HOW_RATIO, RUN(observed_us), 0, 0},
    {"ideal", UNIT_TIME, HOW_IDEAL, 0, 0, 0},
    {"overhead", UNIT_TIME, HOW_OVERHEAD, RUN(observed_us), 0, 0},
    {"efficiency", UNIT_NONE, HOW_EFFICIENCY, RUN(observed_us), 0, 0},
    {"process", UNIT_TIME, HOW_MEDIAN, RUN(process_us), 0, 0},
    {"cpu", UNIT_TIME, HOW_MEDIAN, RUN(user_us), RUN(system_us), 0},
    {"user", UNIT_TIME, HOW_MEDIAN, RUN(user_us), 0, 0},
    {"system", UNIT_TIME, HOW_MEDIAN, RUN(system_us), 0, 0},
    {"p50", UNIT_TIME, HOW_QUANTILE, 0, 0, 0.5},
    {"p90", UNIT_TIME, HOW_QUANTILE, 0, 0, 0.9},
    {"p99", UNIT_TIME, HOW_QUANTILE, 0, 0, 0.99},
    {"peak_rss", UNIT_SIZE, HOW_MEDIAN, RUN(peak_rss), 0, 0},
    {"server_bytes", UNIT_SIZE, HOW_MEDIAN, RUN(server_bytes), 0, 0},
    {"threads", UNIT_NONE, HOW_MEDIAN, RUN(threads), 0, 0},
    {"descriptors", UNIT_NONE, HOW_MEDIAN, RUN(descriptors), 0, 0},
    {"switches", UNIT_NONE, HOW_MEDIAN, RUN(voluntary), RUN(involuntary), 0},
    {"connections", UNIT_NONE, HOW_MEDIAN, RUN(connections), 0, 0},
    {"peak_in_flight", UNIT_NONE, HOW_MEDIAN, RUN(peak_in_flight), 0, 0},
    {"requests", UNIT_NONE, HOW_MEDIAN, RUN(requests), 0, 0},
    {"errors", UNIT_NONE, HOW_COUNT, CELL(errors), 0, 0},
    {"invalid", UNIT_NONE, HOW_COUNT, CELL(invalid), 0, 0},
};
const size_t condition_field_count =
    sizeof(condition_fields) / sizeof(*condition_fields);

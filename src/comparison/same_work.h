#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "comparison/child_run.h"
#include "comparison/ideal.h"

/*
 * compare_same: the same-work check: what runs did, kept apart by what differs.
 *
 * Two runs did the same work if each item has the same status (of an error that
 * the server answered, its HTTP status, too), the same number of attempts and
 * the same SHA-256 of what is in place.
 * What weather and corpus predict is the model that runs are held against.
 * Where nobody knows them it is the work that most runs did, among those that
 * left anything in place: the first one may be the one that is wrong. Each
 * weather has a model of its own.
 *
 * Ownership: embedded by the caller, zeroed; same_work_close() once.
 */

/* What became of one item. */
struct work_item {
    char *subject;
    enum status status;
    long http_status; /* of an answer that made it an error; else 0 */
    unsigned attempts;
    int64_t bytes;
    bool settled;
    struct digest digest;
};

/* What one run did, and how many did it. */
struct work_done {
    struct work_item *items;
    size_t count;
    size_t runs;
    size_t weather;    /* that it was done under */
    bool is_predicted; /* the model */
};

struct same_work {
    struct work_done *works;
    size_t count;
};

/* Take the run's work down. 0, and *which is the index in `works` of what it
   did; -ENOMEM: nothing has changed. */
int same_work_add(struct same_work *same, const struct compare_run *run,
                  size_t *which);

/* Take down what is predicted of `count` items under a weather, once, before
   the first run. -ENOMEM: nothing has changed. */
int same_work_predict(struct same_work *same, size_t weather,
                      const char *const *subjects,
                      const struct prediction *predictions, size_t count);

/*
 * Hold a run against what is predicted, without taking it down: `phrase` says
 * what differs, and is untouched where nothing does or nothing is predicted. 0
 * or -ENOMEM.
 */
int same_work_check(const struct same_work *same, const struct compare_run *run,
                    char *phrase, size_t size);

/*
 * The SHA-256 of what is in place after that work, as text: of a line for each
 * item that is, "BR 0f...\n", its subject and the SHA-256 of its file. 0 or
 * -ENOMEM.
 */
int same_work_files(const struct same_work *same, size_t which,
                    char text[DIGEST_TEXT_SIZE]);

/* The same of a run that has not been taken down. */
int same_work_files_of(const struct compare_run *run,
                       char text[DIGEST_TEXT_SIZE]);

/* Whether that work left anything in place. */
bool same_work_has_any(const struct same_work *same, size_t which);

void same_work_close(struct same_work *same);

/* The index of a weather's model; SIZE_MAX: nothing is known of it. */
size_t same_work_model(const struct same_work *same, size_t weather);

/* The first item in which `which` differs from `model`, as a phrase: "BR:
   error, not ok". */
void same_work_difference(const struct same_work *same, size_t which,
                          size_t model, char *phrase, size_t size);

/* Items in error in `which` that are none in `model`. */
size_t same_work_errors(const struct same_work *same, size_t which,
                        size_t model);

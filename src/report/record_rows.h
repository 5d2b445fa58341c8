#pragma once

#include "report/record.h"

/*
 * record_rows: how rows come into a record, for record.c and record_lines.c.
 * -ENOMEM: the record is as before.
 */

/* An item of which nothing is known yet. */
int record_add_item(struct record *record);

/* A copy of `request`. */
int record_add_request(struct record *record,
                       const struct record_request *request);

#pragma once

#include <stdio.h>

/*
 * written: a stream into memory, for what prints. What goes wrong in here
 * aborts the test program.
 */
struct written {
    FILE *out;
    char *text;
    size_t size;
};

void written_open(struct written *written);
void written_close(struct written *written);

/* What was written since the last call, valid until more is written. */
char *written_take(struct written *written);

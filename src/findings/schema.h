#pragma once

#include <stdio.h>

/*
 * schema: the JSON Schema of flags.compare/2: compare.schema.json, with the
 * figures of cells and runs put in from their table. The build writes it by
 * schema_main.c.
 *
 * -ENOMEM: nothing was written; write errors are left in the stream.
 */
int schema_write(FILE *out);

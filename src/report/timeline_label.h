#pragma once

#include <stdio.h>

/*
 * timeline_label: subjects, which come from anywhere, in a column. They are
 * escaped, and of long ones the end is kept, which tells URLs apart.
 */

/* How many columns it takes; at most `most`, which is at least 4. */
int timeline_label_width(const char *subject, int most);

/* Print it, filled up with blanks to `width` columns, or cut to them. */
void timeline_label_print(FILE *out, const char *subject, int width);

#include <stddef.h>

#include "findings/html_parts.h"

/* Of page.css, by scripts/embed. */
extern const signed char page_css[];
extern const size_t page_css_size;

/*
 * The hues are apart for the colour-blind as well (orange against blue, and
 * different lightness within each pair), and are not the only sign: phases
 * differ in height, strategies are named beside what is theirs.
 */
void html_style(FILE *out)
{
    fwrite(page_css, 1, page_css_size, out);
}

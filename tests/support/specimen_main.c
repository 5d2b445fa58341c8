#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "specimen.h"

/* Print a specimen in a form, for tests that read it with other eyes.
   usage: specimen html|markdown KIND */
int main(int argc, char **argv)
{
    struct comparison comparison = {0};
    int rc;

    if (argc != 3)
        return 2;
    setlocale(LC_ALL, ""); /* even where it has decimal commas */
    rc = specimen_make(&comparison, argv[2]);
    if (rc == 0)
        rc = strcmp(argv[1], "html") == 0
                 ? comparison_html(stdout, &comparison)
                 : comparison_markdown(stdout, &comparison);
    comparison_close(&comparison);
    return rc == 0 && fflush(stdout) == 0 ? 0 : 1;
}

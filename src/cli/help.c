#include "cli/help.h"

#include <curl/curl.h>
#include <string.h>
#include <uv.h>

#include "config.h"

enum {
    WIDTH = 80,
    COLUMN = 28, /* where the second column starts */
};

/* Print `text` from column `at` on, broken at blanks, indented to COLUMN. */
static void print_wrapped(FILE *out, const char *text, size_t at)
{
    while (*text) {
        size_t word = strcspn(text, " ");

        if (at > COLUMN && at + 1 + word > WIDTH) {
            fprintf(out, "\n%*s", COLUMN, "");
            at = COLUMN;
        } else if (at > COLUMN) {
            fputc(' ', out);
            at++;
        }
        fwrite(text, 1, word, out);
        at += word;
        text += word + strspn(text + word, " ");
    }
}

static void print_row(FILE *out, const struct option_row *row)
{
    char head[128];
    char text[512];
    const char *shown = row->shown ? row->shown : row->fallback;
    size_t width;

    snprintf(head, sizeof(head), "  %c%c%c --%s%s%s", row->letter ? '-' : ' ',
             row->letter ? row->letter : ' ', row->letter ? ',' : ' ',
             row->name, row->metavar ? "=" : "",
             row->metavar ? row->metavar : "");
    snprintf(text, sizeof(text), "%s%s%s%s", row->help, shown ? " (" : "",
             shown ? shown : "", shown ? ")" : "");
    width = strlen(head);
    if (width + 2 > COLUMN)
        fprintf(out, "%s\n%*s", head, COLUMN, "");
    else
        fprintf(out, "%-*s", COLUMN, head);
    print_wrapped(out, text, COLUMN);
    fputc('\n', out);
}

void help_print(FILE *out, const struct option_table *table)
{
    fprintf(out, "Usage: flags %s %s\n\n%s\n", table->command, table->synopsis,
            table->purpose);
    for (size_t i = 0; i < table->count; i++) {
        const struct option_row *row = &table->rows[i];

        if (!row->help) /* for the program itself */
            continue;
        if (row->group)
            fprintf(out, "\n%s:\n", row->group);
        print_row(out, row);
    }
    if (table->example)
        fprintf(out, "\nExample:\n  %s\n  %s\n", table->example,
                table->example_means);
}

void help_version(FILE *out)
{
    const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);

    fprintf(out, "flags %s\nlibcurl %s\nlibuv %s\nTLS %s\n", FLAGS_VERSION,
            curl->version, uv_version_string(),
            curl->ssl_version ? curl->ssl_version : "none");
}

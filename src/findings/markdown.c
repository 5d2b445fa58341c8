#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/comparison.h"
#include "findings/facts.h"
#include "findings/table.h"
#include "text/escape.h"

/* Whether a sign could be markup within a line: an address or a name that
   GitHub makes a link of, too. */
static bool is_markup(char sign, char next)
{
    return strchr("\\`*_[]<>|~&$@#!", sign) || (sign == ':' && next != ' ');
}

/* Text from anywhere as plain text. */
static void write_text(FILE *out, const char *text)
{
    char unit[ESCAPE_UNIT_SIZE];

    while (*text) {
        text = escape_next(text, unit);
        /* What is shown as \xNN begins with a backslash, too. */
        if (is_markup(unit[0], *text))
            fputc('\\', out);
        fputs(unit, out);
    }
}

/* The longest row of backquotes in the text. */
static size_t quotes_in(const char *text)
{
    size_t longest = 0;

    while (*text) {
        size_t length = strspn(text, "`");

        longest = length > longest ? length : longest;
        text += length > 0 ? length : 1;
    }
    return longest;
}

static void write_quotes(FILE *out, size_t count)
{
    while (count-- > 0)
        fputc('`', out);
}

/* Text from anywhere as code, where neither markup nor an address or a
   person's name is anything but text. */
static void write_code(FILE *out, const char *text)
{
    size_t quotes = quotes_in(text) + 1;

    write_quotes(out, quotes);
    fputc(' ', out);
    escape_print(out, text);
    fputc(' ', out);
    write_quotes(out, quotes);
}

static void write_head(FILE *out, const struct comparison *comparison,
                       enum figure_table table)
{
    size_t count = 0;

    fprintf(out, "## %s\n\n| strategy |", table_heading(table));
    for (size_t i = table_next(table, false, 0); i < FIGURES;
         i = table_next(table, false, i + 1)) {
        char title[TABLE_TEXT_SIZE];

        table_title(title, comparison, (enum figure_id)i);
        fputc(' ', out);
        write_text(out, title);
        fputs(" |", out);
        count++;
    }
    fputs("\n|:---|", out);
    while (count-- > 0)
        fputs("---:|", out);
    fputc('\n', out);
}

static void write_table(FILE *out, const struct comparison *comparison,
                        enum figure_table table)
{
    write_head(out, comparison, table);
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        fputs("| ", out);
        write_text(out, cell->name);
        fputs(" |", out);
        for (size_t j = table_next(table, false, 0); j < FIGURES;
             j = table_next(table, false, j + 1)) {
            char text[TABLE_TEXT_SIZE];

            table_text(text, comparison, cell, (enum figure_id)j);
            fputc(' ', out);
            write_text(out, text[0] ? text : "-");
            fputs(" |", out);
        }
        fputc('\n', out);
    }
    fputc('\n', out);
}

static void on_sentence(void *arg, const char *sentence)
{
    FILE *out = arg;

    fputs("- ", out);
    write_text(out, sentence);
    fputc('\n', out);
}

struct cautions {
    FILE *out;
    size_t count;
};

static void on_caution(void *arg, const char *sentence)
{
    struct cautions *cautions = arg;

    if (cautions->count++ == 0)
        fputs("Bear in mind:\n\n", cautions->out);
    on_sentence(cautions->out, sentence);
}

static int write_cautions(FILE *out, const struct comparison *comparison)
{
    struct cautions cautions = {.out = out};
    int rc = comparison_caution(comparison, on_caution, &cautions);

    if (cautions.count > 0)
        fputc('\n', out);
    return rc;
}

static void write_checks(FILE *out, const struct comparison *comparison)
{
    if (comparison->check_count == 0)
        return;
    fputs("## Checks\n\n", out);
    for (size_t i = 0; i < comparison->check_count; i++) {
        const struct comparison_check *check = &comparison->checks[i];
        char found[TABLE_CHECK_SIZE];

        table_check(found, check);
        fprintf(out, "- %s: fail if ", table_verdict(comparison, check));
        write_code(out, check->expression);
        fputs("; ", out);
        write_text(out, found);
        fputc('\n', out);
    }
    fputc('\n', out);
}

static void on_fact(void *arg, const char *label, const char *text)
{
    FILE *out = arg;

    fprintf(out, "- %s: ", label);
    write_code(out, text);
    fputc('\n', out);
}

static int write_setup(FILE *out, const struct comparison *comparison)
{
    int rc;

    fputs("## What was run\n\n", out);
    rc = comparison_facts(comparison, on_fact, out);
    if (comparison->setup.command) {
        fputs("- To run it again: ", out);
        write_code(out, comparison->setup.command);
        fputc('\n', out);
    }
    return rc;
}

static int write_document(FILE *out, const struct comparison *comparison)
{
    int concluded;
    int cautioned;
    int told;

    fputs("# What does the way you wait cost?\n\n", out);
    if (comparison->interrupted)
        fputs("**Interrupted**: not all runs were made.\n\n", out);
    if (!comparison->same_work)
        fputs("**Not the same work**: runs that differ are left out.\n\n", out);
    concluded = comparison_find(comparison, on_sentence, out);
    fputc('\n', out);
    cautioned = write_cautions(out, comparison);
    for (enum figure_table table = 0; table < TABLES; table++)
        write_table(out, comparison, table);
    if (comparison->ideal_estimated)
        fputs("\\~: estimated.\n\n", out);
    write_checks(out, comparison);
    told = write_setup(out, comparison);
    return concluded < 0 ? concluded : cautioned < 0 ? cautioned : told;
}

int comparison_markdown(FILE *out, const struct comparison *comparison)
{
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    locale_t before;
    int rc;

    if (!plain)
        return -ENOMEM;
    before = uselocale(plain);
    rc = write_document(out, comparison);
    uselocale(before);
    freelocale(plain);
    return rc;
}

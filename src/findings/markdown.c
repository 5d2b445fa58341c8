#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "comparison/comparison.h"
#include "findings/columns.h"
#include "findings/facts.h"
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

static void write_head(FILE *out, const struct column *columns)
{
    size_t count = 0;

    fputs("| strategy |", out);
    for (size_t i = 0; columns[i].title; i++) {
        if (columns[i].where == COLUMN_PAGE)
            continue;
        fputc(' ', out);
        write_text(out, columns[i].title);
        fputs(" |", out);
        count++;
    }
    fputs("\n|:---|", out);
    while (count-- > 0)
        fputs("---:|", out);
    fputc('\n', out);
}

static void write_table(FILE *out, const struct comparison *comparison,
                        const struct column *columns)
{
    write_head(out, columns);
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        fputs("| ", out);
        write_text(out, cell->name);
        fputs(" |", out);
        for (const struct column *column = columns; column->title; column++) {
            char text[COLUMN_TEXT_SIZE];

            if (column->where == COLUMN_PAGE)
                continue;
            column_text(text, column, comparison, cell);
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

static void write_checks(FILE *out, const struct comparison *comparison)
{
    if (comparison->check_count == 0)
        return;
    fputs("## Checks\n\n", out);
    for (size_t i = 0; i < comparison->check_count; i++) {
        const struct comparison_check *check = &comparison->checks[i];
        char found[FACTS_CHECK_SIZE];

        facts_check(found, check);
        fprintf(out, "- %s: fail if ", comparison_verdict_name(check->verdict));
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
    char *command = comparison_command(comparison);
    int rc;

    fputs("## What was run\n\n", out);
    rc = comparison_facts(comparison, on_fact, out);
    if (command) {
        fputs("- To run it again: ", out);
        write_code(out, command);
        fputc('\n', out);
    }
    free(command);
    return command ? rc : -ENOMEM;
}

static int write_document(FILE *out, const struct comparison *comparison)
{
    int concluded;
    int told;

    fputs("# What does the way you wait cost?\n\n", out);
    if (comparison->interrupted)
        fputs("**Interrupted**: not all runs were made.\n\n", out);
    if (!comparison->same_work)
        fputs("**Not the same work**: runs that differ are left out.\n\n", out);
    concluded = comparison_conclude(comparison, on_sentence, out);
    fputs("\n## Times\n\n", out);
    write_table(out, comparison, columns_of_times);
    if (comparison->ideal_estimated)
        fputs("\\~: estimated.\n\n", out);
    fputs("## Costs\n\n", out);
    write_table(out, comparison, columns_of_costs);
    write_checks(out, comparison);
    told = write_setup(out, comparison);
    return concluded < 0 ? concluded : told;
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

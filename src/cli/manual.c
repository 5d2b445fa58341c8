#include "cli/manual.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "cli/roff.h"
#include "config.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { PAGE_NAME_SIZE = 32 };

static const struct status_row {
    enum exit_status status;
    const char *meaning;
} status_rows[] = {
    {EXIT_STATUS_OK, "Everything that was asked for is in place, or done."},
    {EXIT_STATUS_SOME, "Some downloads ended in error, others did not."},
    {EXIT_STATUS_USAGE, "The command line is wrong. Nobody was contacted, and "
                        "nothing was written."},
    {EXIT_STATUS_NOTHING, "Nothing is in place, and there was an error, or "
                          "only wildcards were asked for."},
    {EXIT_STATUS_NOT_FOUND, "There was no error, but something that was asked "
                            "for by its name was not found."},
    {EXIT_STATUS_LOCAL, "A local failure: a file or directory that cannot be "
                        "read or written, a full disk, a server that does not "
                        "start."},
    {EXIT_STATUS_CHECK, "A check failed: runs did not do the same work, or a "
                        "condition of `--fail-if` holds or cannot be judged."},
    {EXIT_STATUS_DEADLINE, "The deadline was reached with work left."},
    {EXIT_STATUS_SIGNAL, "Signal {n} ended the program, where it could after "
                         "the report of what was done so far."},
};

/* What a page is made from. */
struct page {
    const struct program *program;
    const struct command *command; /* one of the program's, or itself */
};

static bool is_of_program(const struct page *page)
{
    return page->command == page->program->command;
}

/* "flags-get"; "flags" for the program itself. */
static void page_name(const struct page *page, char name[PAGE_NAME_SIZE])
{
    bool is_program = is_of_program(page);

    snprintf(name, PAGE_NAME_SIZE, "%s%s", is_program ? "" : "flags-",
             page->command->name);
}

static void print_heading(FILE *out, const char *heading)
{
    fputs(".SH ", out);
    roff_argument(out, heading);
    fputc('\n', out);
}

/* No date: the same source makes the same page. Words are not broken, for many
   are to be typed. */
static void print_title(FILE *out, const struct page *page)
{
    char name[PAGE_NAME_SIZE];

    page_name(page, name);
    fputs(".\\\" Written by the program, from its option tables.\n.TH ", out);
    for (size_t i = 0; name[i]; i++)
        name[i] = (char)toupper((unsigned char)name[i]);
    roff_argument(out, name);
    fputs(" 1 \"\" \"flags " FLAGS_VERSION "\" \"Manual of flags\"\n"
          ".nh\n.ad l\n",
          out);
    page_name(page, name);
    print_heading(out, "NAME");
    roff_plain(out, name);
    fputs(" \\- ", out);
    roff_plain(out, page->command->purpose);
    fputc('\n', out);
}

/* "[OPTIONS] [CC]...": words in capitals are variables. */
static void print_synopsis(FILE *out, const struct page *page)
{
    static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const char *text = page->command->options->synopsis;
    bool is_program = is_of_program(page);

    print_heading(out, "SYNOPSIS");
    fprintf(out, "\\fBflags%s%s\\fR ", is_program ? "" : " ",
            is_program ? "" : page->command->name);
    while (*text) {
        size_t length = strspn(text, capitals);
        bool is_variable = length > 0;
        char part[64];

        if (!is_variable)
            length = strcspn(text, capitals);
        if (length >= sizeof(part))
            length = sizeof(part) - 1;
        memcpy(part, text, length);
        part[length] = '\0';
        fputs(is_variable ? "\\fI" : "", out);
        roff_plain(out, part);
        fputs(is_variable ? "\\fR" : "", out);
        text += length;
    }
    fputc('\n', out);
}

static void print_option_head(FILE *out, const struct option_row *row)
{
    fputs(".TP\n", out);
    if (row->letter)
        fprintf(out, "\\fB\\-%c\\fR, ", row->letter);
    fputs("\\fB\\-\\-", out);
    roff_plain(out, row->name);
    fputs("\\fR", out);
    if (row->metavar) {
        fputs("=\\fI", out);
        roff_plain(out, row->metavar);
        fputs("\\fR", out);
    }
    fputc('\n', out);
}

/* Whether the reader finds each choice in the help or the option's head. */
static bool names_choices(const struct option_row *row)
{
    for (size_t i = 0; row->choices[i]; i++) {
        if (!strstr(row->help, row->choices[i]) &&
            !strstr(row->metavar, row->choices[i]))
            return false;
    }
    return true;
}

/* Whether the help begins with a choice, which is written as it is. */
static bool begins_with_choice(const struct option_row *row)
{
    for (size_t i = 0; row->choices && row->choices[i]; i++) {
        if (strncmp(row->help, row->choices[i], strlen(row->choices[i])) == 0)
            return true;
    }
    return false;
}

/* The help, what is accepted, the default. */
static void print_option(FILE *out, const struct option_row *row)
{
    const char *shown = row->shown ? row->shown : row->fallback;
    char accepted[256] = "";
    char text[1024];

    print_option_head(out, row);
    if (row->kind != OPTION_CHOICE || !names_choices(row))
        option_describe(row, accepted, sizeof(accepted));
    snprintf(text, sizeof(text), "%s.%s%s%s%s%s%s", row->help,
             accepted[0] ? " Accepted: " : "", accepted, accepted[0] ? "." : "",
             shown ? " Default: " : "", shown ? shown : "", shown ? "." : "");
    if (!begins_with_choice(row))
        text[0] = (char)toupper((unsigned char)text[0]);
    roff_text(out, text);
}

static bool has_groups(const struct option_table *table)
{
    for (size_t i = 1; i < table->count; i++) {
        if (table->rows[i].group)
            return true;
    }
    return false;
}

static void print_options(FILE *out, const struct option_table *table)
{
    bool grouped = has_groups(table);

    print_heading(out, "OPTIONS");
    for (size_t i = 0; i < table->count; i++) {
        const struct option_row *row = &table->rows[i];

        if (!row->help) /* for the program itself */
            continue;
        if (row->group && grouped) {
            fputs(".SS ", out);
            roff_argument(out, row->group);
            fputc('\n', out);
        }
        print_option(out, row);
    }
}

static void print_commands(FILE *out, const struct program *program)
{
    const struct command *const *commands = program->commands;

    print_heading(out, "COMMANDS");
    for (size_t i = 0; commands[i]; i++) {
        const char *purpose = commands[i]->purpose;

        fprintf(out, ".TP\n\\fBflags %s\\fR\n%c", commands[i]->name,
                toupper((unsigned char)purpose[0]));
        roff_plain(out, purpose + 1);
        fprintf(out, "; see\n\\fBflags\\-%s\\fR(1).\n", commands[i]->name);
    }
}

/* Of the program: whatever one of its commands may exit with. */
static unsigned statuses_of(const struct page *page)
{
    unsigned statuses =
        MANUAL_STATUS(EXIT_STATUS_OK) | MANUAL_STATUS(EXIT_STATUS_USAGE) |
        MANUAL_STATUS(EXIT_STATUS_LOCAL) | page->command->manual->statuses;
    const struct command *const *commands = page->program->commands;

    for (size_t i = 0; is_of_program(page) && commands[i]; i++)
        statuses |= commands[i]->manual->statuses;
    return statuses;
}

static void print_statuses(FILE *out, const struct page *page)
{
    unsigned statuses = statuses_of(page);

    print_heading(out, "EXIT STATUS");
    for (size_t i = 0; i < COUNT(status_rows); i++) {
        const struct status_row *row = &status_rows[i];

        if (row->status == EXIT_STATUS_SIGNAL)
            fprintf(out, ".TP\n\\fB%d\\fR+\\fIn\\fR\n", row->status);
        else if (statuses & MANUAL_STATUS(row->status))
            fprintf(out, ".TP\n\\fB%d\\fR\n", row->status);
        else
            continue;
        roff_prose(out, row->meaning);
    }
}

static void print_examples(FILE *out, const struct option_table *table)
{
    char means[256];

    print_heading(out, "EXAMPLES");
    if (!table->example)
        return;
    fputs(".TP\n\\fB", out);
    roff_plain(out, table->example);
    fputs("\\fR\n", out);
    snprintf(means, sizeof(means), "%s.", table->example_means);
    means[0] = (char)toupper((unsigned char)means[0]);
    roff_text(out, means);
}

static void print_code(FILE *out, const char *lines)
{
    fputs(".PP\n.RS 4\n.nf\n\\fB", out);
    roff_plain(out, lines);
    fputs("\\fR\n.fi\n.RE\n", out);
}

/* `is_first`: behind a heading, where a paragraph begins by itself. */
static void print_block(FILE *out, const struct page *page,
                        const struct block *block, bool is_first)
{
    switch (block->kind) {
    case BLOCK_END:
        break;
    case BLOCK_SECTION:
        print_heading(out, block->text);
        break;
    case BLOCK_TEXT:
        if (!is_first)
            fputs(".PP\n", out);
        roff_prose(out, block->text);
        break;
    case BLOCK_TERM:
        fputs(".TP\n", out);
        roff_line(out, block->text);
        roff_prose(out, block->means);
        break;
    case BLOCK_CODE:
        print_code(out, block->text);
        break;
    case BLOCK_OPTIONS:
        print_options(out, page->command->options);
        break;
    case BLOCK_COMMANDS:
        print_commands(out, page->program);
        break;
    case BLOCK_STATUSES:
        print_statuses(out, page);
        break;
    case BLOCK_EXAMPLES:
        print_examples(out, page->command->options);
        break;
    }
}

/* The other pages. */
static void print_references(FILE *out, const struct page *page)
{
    const struct command *const *commands = page->program->commands;
    const char *separator = "";

    print_heading(out, "SEE ALSO");
    if (!is_of_program(page)) {
        fputs("\\fBflags\\fR(1)", out);
        separator = ",\n";
    }
    for (size_t i = 0; commands[i]; i++) {
        if (commands[i] == page->command)
            continue;
        fprintf(out, "%s\\fBflags\\-%s\\fR(1)", separator, commands[i]->name);
        separator = ",\n";
    }
    fputc('\n', out);
}

void manual_print(FILE *out, const struct program *program,
                  const struct command *command)
{
    const struct page page = {.program = program, .command = command};
    const struct block *block = command->manual->blocks;

    print_title(out, &page);
    print_synopsis(out, &page);
    print_heading(out, "DESCRIPTION");
    roff_text(out, command->options->purpose);
    for (; block->kind != BLOCK_END; block++) {
        bool is_first =
            block > command->manual->blocks && block[-1].kind == BLOCK_SECTION;

        print_block(out, &page, block, is_first);
    }
    print_references(out, &page);
}

#include "cli/completion.h"

static const char head[] =
    "# fish completion for flags, by `flags completion fish`\n\n"
    "# Whether the command is $argv[1]; without that, whether there is none.\n"
    "function __flags_command\n"
    "    set -l words (commandline -opc)\n"
    "    test \"$words[2]\" = \"$argv[1]\"; and not contains -- -- $words\n"
    "end\n\n"
    "# Whether a command stands behind the dashes of the command $argv[1].\n"
    "function __flags_dashes\n"
    "    set -l words (commandline -opc)\n"
    "    test \"$words[2]\" = \"$argv[1]\"; and contains -- -- $words\n"
    "end\n\n"
    "# What may follow there.\n"
    "function __flags_behind_dashes\n"
    "    set -l words (commandline -opc)\n"
    "    set -e words[1..(contains -i -- -- $words)]\n"
    "    complete -C (string join ' ' -- (string escape -- $words) "
    "(commandline -ct))\n"
    "end\n\n"
    "complete -c flags -f\n";

/* Within quotes. */
static void print_text(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('\'', out);
}

static void print_value(FILE *out, const struct option_row *row)
{
    const char *const *words = NULL;

    switch (completion_offer(row, &words)) {
    case OFFER_NO_VALUE:
        break;
    case OFFER_NOTHING:
        fputs(" -x", out);
        break;
    case OFFER_WORDS:
        fputs(" -x -a '", out);
        completion_words(out, words);
        fputc('\'', out);
        break;
    case OFFER_LIST:
        fputs(" -x -a '(__fish_append , ", out);
        completion_words(out, words);
        fputs(")'", out);
        break;
    case OFFER_FILES:
        fputs(" -r -F", out);
        break;
    case OFFER_DIRECTORIES:
        fputs(" -x -a '(__fish_complete_directories)'", out);
        break;
    }
}

/* `name` of the command; "": of the program. */
static void print_options(FILE *out, const char *name,
                          const struct option_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct option_row *row = &table->rows[i];

        if (!row->help)
            continue;
        fprintf(out, "complete -c flags -n '__flags_command %s'", name);
        if (row->letter)
            fprintf(out, " -s %c", row->letter);
        fprintf(out, " -l %s", row->name);
        print_value(out, row);
        fputs(" -d ", out);
        print_text(out, row->help);
        fputc('\n', out);
    }
}

static void print_command(FILE *out, const struct command *command)
{
    const char *name = command->name;

    fprintf(out, "\ncomplete -c flags -n '__flags_command ' -a %s -d ", name);
    print_text(out, command->purpose);
    fputc('\n', out);
    print_options(out, name, command->options);
    if (command->options->takes_codes) {
        fprintf(out, "complete -c flags -n '__flags_command %s' -a '", name);
        completion_codes(out);
        fputs("' -d country\n", out);
    }
    if (command->options->command_follows)
        fprintf(out,
                "complete -c flags -n '__flags_dashes %s' -a "
                "'(__flags_behind_dashes)'\n",
                name);
}

void completion_fish(FILE *out, const struct program *program)
{
    fputs(head, out);
    print_options(out, "", program->command->options);
    for (size_t i = 0; program->commands[i]; i++)
        print_command(out, program->commands[i]);
}

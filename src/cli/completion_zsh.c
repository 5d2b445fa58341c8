#include "cli/completion.h"

#include <string.h>

static const char head[] =
    "#compdef flags\n"
    "# zsh completion for flags, by `flags completion zsh`\n\n"
    "_flags_codes()\n"
    "{\n"
    "    local -a codes expl\n\n"
    "    codes=(";

static const char script[] =
    "    _arguments -C $options \\\n"
    "        '1:command:->command' '*::argument:->argument' && result=0\n"
    "    case $state in\n"
    "    command) _describe -t commands command names && result=0 ;;\n"
    "    argument)\n"
    "        curcontext=\"${curcontext%:*}-$words[1]:\"\n"
    "        (( $+functions[_flags_$words[1]] )) &&\n"
    "            _flags_$words[1] && result=0\n"
    "        ;;\n"
    "    esac\n"
    "    return result\n"
    "}\n\n"
    "# Found in a directory of functions, or read by a start-up file?\n"
    "if [[ $funcstack[1] == _flags ]]; then\n"
    "    _flags \"$@\"\n"
    "else\n"
    "    compdef _flags flags\n"
    "fi\n";

/* Within quotes; brackets and colons have a meaning to _arguments. */
static void print_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
            continue;
        }
        if (strchr("[]:\\", *text))
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void print_value(FILE *out, const struct option_row *row)
{
    const char *const *words = NULL;
    enum completion_offer offer = completion_offer(row, &words);

    if (offer == OFFER_NO_VALUE)
        return;
    fputc(':', out);
    print_text(out, row->metavar);
    fputc(':', out);
    switch (offer) {
    case OFFER_WORDS:
        fputc('(', out);
        completion_words(out, words);
        fputc(')', out);
        break;
    case OFFER_LIST:
        fprintf(out, "_values -s , %s ", row->metavar);
        completion_words(out, words);
        break;
    case OFFER_FILES:
        fputs("_files", out);
        break;
    case OFFER_DIRECTORIES:
        fputs("_files -/", out);
        break;
    default:
        fputc(' ', out);
        break;
    }
}

/* "'(-S --strategy)-S+[help]:NAME:(words)'": one spelling, which excludes both
   unless it is repeatable. What ends the reading excludes all else. */
static void print_spelling(FILE *out, const struct option_row *row,
                           bool is_letter)
{
    bool ends = row->kind == OPTION_HELP || row->kind == OPTION_VERSION;

    fputs("        '", out);
    if (row->kind == OPTION_TEXTS)
        fputc('*', out);
    else if (ends)
        fputs("(- *)", out);
    else if (row->letter)
        fprintf(out, "(-%c --%s)", row->letter, row->name);
    if (is_letter)
        fprintf(out, "-%c%s[", row->letter, option_takes_value(row) ? "+" : "");
    else
        fprintf(out, "--%s%s[", row->name, option_takes_value(row) ? "=" : "");
    print_text(out, row->help);
    fputc(']', out);
    print_value(out, row);
    fputs("'\n", out);
}

static void print_options(FILE *out, const struct option_table *table)
{
    fputs("    options=(\n", out);
    for (size_t i = 0; i < table->count; i++) {
        const struct option_row *row = &table->rows[i];

        if (!row->help)
            continue;
        if (row->letter)
            print_spelling(out, row, true);
        print_spelling(out, row, false);
    }
    fputs("    )\n", out);
}

static void print_command(FILE *out, const struct command *command)
{
    fprintf(out,
            "_flags_%s()\n"
            "{\n"
            "    local -a options\n\n",
            command->name);
    print_options(out, command->options);
    fprintf(out, "    _arguments -s -S $options%s\n}\n\n",
            command->options->takes_codes ? " '*:country code:_flags_codes'"
            : command->options->command_follows ? " '*:::command:_normal'"
                                                : "");
}

void completion_zsh(FILE *out, const struct program *program)
{
    fputs(head, out);
    completion_codes(out);
    fputs(")\n"
          "    _wanted codes expl 'country code' \\\n"
          "        compadd -M 'm:{a-z}={A-Z}' -a codes\n"
          "}\n\n",
          out);
    for (size_t i = 0; program->commands[i]; i++)
        print_command(out, program->commands[i]);
    fputs("_flags()\n"
          "{\n"
          "    local curcontext=$curcontext state state_descr line result=1\n"
          "    local -A opt_args\n"
          "    local -a options names\n\n"
          "    names=(\n",
          out);
    for (size_t i = 0; program->commands[i]; i++) {
        fprintf(out, "        '%s:", program->commands[i]->name);
        print_text(out, program->commands[i]->purpose);
        fputs("'\n", out);
    }
    fputs("    )\n", out);
    print_options(out, program->command->options);
    fputs(script, out);
}

#include "cli/completion.h"

/* What does not depend on the tables. */
static const char script[] =
    "_flags()\n"
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}\n"
    "    local option=${COMP_WORDS[COMP_CWORD - 1]} kind words i\n"
    "\n"
    "    COMPREPLY=()\n"
    "    if ((COMP_CWORD == 1)); then\n"
    "        _flags_options ''\n"
    "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
    "        return\n"
    "    fi\n"
    "    for ((i = 2; i < COMP_CWORD; i++)); do\n"
    "        [[ ${COMP_WORDS[i]} != -- ]] || break\n"
    "    done\n"
    "    # An equals sign is a word of its own here.\n"
    "    if [[ $cur == = ]]; then\n"
    "        cur=\n"
    "    elif [[ $option == = ]]; then\n"
    "        option=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    if ((i < COMP_CWORD)); then\n"
    "        _flags_arguments \"$command\" $((i + 1))\n"
    "    elif ! _flags_value \"$command\" \"$option\"; then\n"
    "        kind=words\n"
    "        if [[ $cur == -* ]]; then\n"
    "            _flags_options \"$command\"\n"
    "        else\n"
    "            _flags_arguments \"$command\" 0\n"
    "        fi\n"
    "    fi\n"
    "    case $kind in\n"
    "    words) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
    "    list)\n"
    "        # Those that are not there yet, behind those that are.\n"
    "        option=${cur%\"${cur##*,}\"}\n"
    "        for i in $(compgen -W \"$words\" -- \"${cur##*,}\"); do\n"
    "            [[ ,$option == *,$i,* ]] || COMPREPLY+=(\"$option$i\")\n"
    "        done\n"
    "        compopt -o nospace 2>/dev/null\n"
    "        ;;\n"
    "    file | directory)\n"
    "        mapfile -t COMPREPLY < <(compgen -A \"$kind\" -- \"$cur\")\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        ;;\n"
    "    esac\n"
    "}\n"
    "complete -F _flags flags\n";

static const char *kind_of(enum completion_offer offer)
{
    switch (offer) {
    case OFFER_LIST:
        return "list";
    case OFFER_FILES:
        return "file";
    case OFFER_DIRECTORIES:
        return "directory";
    default:
        return "words";
    }
}

static void print_value(FILE *out, const char *command,
                        const struct option_row *row)
{
    const char *const *words = NULL;
    enum completion_offer offer = completion_offer(row, &words);

    if (!row->help || offer == OFFER_NO_VALUE)
        return;
    fputs("    ", out);
    if (row->letter)
        fprintf(out, "'%s -%c' | ", command, row->letter);
    fprintf(out, "'%s --%s') kind=%s", command, row->name, kind_of(offer));
    if (words) {
        fputs(" words='", out);
        completion_words(out, words);
        fputc('\'', out);
    }
    fputs(" ;;\n", out);
}

static void print_values(FILE *out, const struct program *program)
{
    fputs("# What may follow an option $2 of the command $1: its kind, and "
          "words. Fails\n"
          "# if it takes no value.\n"
          "_flags_value()\n{\n"
          "    words=\n"
          "    case \"$1 $2\" in\n",
          out);
    for (size_t i = 0; program->commands[i]; i++) {
        const struct option_table *table = program->commands[i]->options;

        for (size_t j = 0; j < table->count; j++)
            print_value(out, program->commands[i]->name, &table->rows[j]);
    }
    fputs("    *) return 1 ;;\n    esac\n}\n\n", out);
}

static void print_options_of(FILE *out, const struct option_table *table)
{
    const char *separator = "";

    for (size_t i = 0; i < table->count; i++) {
        const struct option_row *row = &table->rows[i];

        if (!row->help)
            continue;
        fputs(separator, out);
        if (row->letter)
            fprintf(out, "-%c ", row->letter);
        fprintf(out, "--%s", row->name);
        separator = " ";
    }
}

static void print_options(FILE *out, const struct program *program)
{
    fputs("# The options of the command $1; without one, the commands, too.\n"
          "_flags_options()\n{\n"
          "    words=\n"
          "    case $1 in\n"
          "    '') words='",
          out);
    for (size_t i = 0; program->commands[i]; i++)
        fprintf(out, "%s ", program->commands[i]->name);
    print_options_of(out, program->command->options);
    fputs("' ;;\n", out);
    for (size_t i = 0; program->commands[i]; i++) {
        fprintf(out, "    %s) words='", program->commands[i]->name);
        print_options_of(out, program->commands[i]->options);
        fputs("' ;;\n", out);
    }
    fputs("    esac\n}\n\n", out);
}

/* Codes are completed in upper case, whatever is typed. The command behind the
   dashes of `flags serve` has completions of its own, to which the package
   bash-completion has a way. */
static void print_arguments(FILE *out, const struct program *program)
{
    fputs("# What may be an argument of the command $1; behind --, the first "
          "of them is\n"
          "# the word number $2.\n"
          "_flags_arguments()\n{\n"
          "    kind=words words=\n"
          "    case $1 in\n",
          out);
    for (size_t i = 0; program->commands[i]; i++) {
        if (program->commands[i]->options->takes_codes) {
            fprintf(out, "    %s)\n        cur=${cur^^}\n        words='",
                    program->commands[i]->name);
            completion_codes(out);
            fputs("'\n        ;;\n", out);
        }
        if (program->commands[i]->options->command_follows)
            fprintf(out,
                    "    %s)\n"
                    "        kind=none\n"
                    "        if (($2 == 0)); then\n"
                    "            :\n"
                    "        elif declare -F _command_offset >/dev/null; "
                    "then\n"
                    "            _command_offset \"$2\"\n"
                    "        elif ((COMP_CWORD == $2)); then\n"
                    "            mapfile -t COMPREPLY < <(compgen -c -- "
                    "\"$cur\")\n"
                    "        else\n"
                    "            kind=file\n"
                    "        fi\n"
                    "        ;;\n",
                    program->commands[i]->name);
    }
    fputs("    esac\n}\n\n", out);
}

void completion_bash(FILE *out, const struct program *program)
{
    fputs("# bash completion for flags, by `flags completion bash`\n\n", out);
    print_values(out, program);
    print_options(out, program);
    print_arguments(out, program);
    fputs(script, out);
}

#include "cli/work.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/suggest.h"
#include "country/names.h"

/* The code of the country whose name that is, or nearly; NULL: of none. Three
   letters are near to too many names. */
static const char *code_meant(const char *word)
{
    const char *name = strlen(word) > 3
                           ? suggest_nearest(word, country_names, CODES_ALL)
                           : NULL;

    for (size_t i = 0; name && i < CODES_ALL; i++) {
        if (country_names[i] == name)
            return codes_all[i];
    }
    return NULL;
}

int work_select(struct selection *selection,
                const struct work_settings *settings, struct command_line *line)
{
    struct selection_request request = {
        .arguments = (const char *const *)line->arguments,
        .argument_count = line->count,
        .all = settings->all,
        .every = settings->every,
        .limit = (size_t)settings->limit,
    };
    const char *bad = NULL;
    int rc = selection_make(selection, &request, &bad);

    if (rc == -EINVAL)
        command_line_refuse(line, "CC", bad,
                            "one letter, A to Z, or two, AA to ZZ",
                            code_meant(bad));
    return rc;
}

/* A copy of `text` without all that may be the credentials of a URL: a message
   must not tell them, and what is refused may be no proper URL. */
static void mask_credentials(char *room, size_t size, const char *text)
{
    const char *scheme_end = strstr(text, "://");
    const char *begin = scheme_end ? scheme_end + strlen("://") : text;
    const char *at = strrchr(begin, '@');

    snprintf(room, size, "%.*s%s%s", (int)(begin - text), text, at ? "..." : "",
             at ? at : begin);
}

int work_source(struct source *source, const char *origin, const char *text,
                struct command_line *line)
{
    const char *const *labels = source_labels();
    const char *why = "";
    char accepted[256];
    char shown[256];
    size_t used;
    size_t count = 0;
    int rc;

    rc = source_parse(source, text, &why);
    if (rc != -EINVAL)
        return rc;
    used = (size_t)snprintf(accepted, sizeof(accepted), "%s (", why);
    for (; labels[count] && used < sizeof(accepted); count++)
        used += (size_t)snprintf(accepted + used, sizeof(accepted) - used,
                                 "%s, ", labels[count]);
    if (used < sizeof(accepted))
        snprintf(accepted + used, sizeof(accepted) - used,
                 "a base URL or a template with {cc})");
    mask_credentials(shown, sizeof(shown), text);
    return command_line_refuse(line, origin, shown, accepted,
                               suggest_nearest(text, labels, count));
}

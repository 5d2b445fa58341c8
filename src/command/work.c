#include "command/work.h"

#include <errno.h>
#include <stdio.h>

#include "command/suggest.h"

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
                            "one letter, A to Z, or two, AA to ZZ", NULL);
    return rc;
}

int work_source(struct source *source, const char *origin, const char *text,
                struct command_line *line)
{
    const char *const *labels = source_labels();
    const char *why = "";
    char accepted[256];
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
    return command_line_refuse(line, origin, text, accepted,
                               suggest_nearest(text, labels, count));
}

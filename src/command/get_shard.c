#include "command/get_shard.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "download/name.h"

static const char *variable(const char *name)
{
    return getenv(name);
}

static int find(struct shard *shard, const char *text,
                struct command_line *line)
{
    const char *why = "a part and their number, from 0/N to N-1/N, or auto";
    int rc = strcmp(text, "auto") == 0 ? shard_find(shard, variable, &why)
                                       : shard_parse(shard, text);

    return rc < 0 ? command_line_refuse(line, "--shard", text, why, NULL) : 0;
}

static int refuse_shared(struct command_line *line)
{
    snprintf(line->error, sizeof(line->error),
             "--shared: of which shard? --shard is missing");
    return -EINVAL;
}

/* The URLs are the line's, which nobody reads again. */
static void choose(struct get_plan *plan)
{
    const char **urls = (const char **)plan->urls;
    struct selection *selection = &plan->selection;
    char name[SAVE_NAME_SIZE];
    size_t kept = 0;

    for (size_t i = 0; i < selection->count; i++) {
        if (shard_has(&plan->shard, selection->codes[i].code))
            selection->codes[kept++] = selection->codes[i];
    }
    selection->count = kept;
    kept = 0;
    for (size_t i = 0; i < plan->url_count; i++) {
        if (name_by_url(name, urls[i]) && shard_has(&plan->shard, name))
            urls[kept++] = urls[i];
    }
    plan->url_count = kept;
}

int get_shard(struct get_plan *plan, const struct get_settings *settings,
              struct command_line *line)
{
    int rc;

    if (!settings->shard)
        return settings->shared ? refuse_shared(line) : 0;
    rc = find(&plan->shard, settings->shard, line);
    if (rc == 0)
        choose(plan);
    return rc;
}

void get_shard_limits(struct get_plan *plan)
{
    struct schedule_limits *limits = &plan->limits;

    if (limits->max_host)
        limits->max_host = shard_part(&plan->shard, limits->max_host);
    /* The same number in a longer time: no part is rounded away. */
    if (limits->rate_count)
        limits->rate_unit_us *= plan->shard.count;
}

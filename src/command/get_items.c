#include "command/get_items.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "download/input.h"
#include "download/name.h"
#include "text/url.h"
#include "transfer/claims.h"

enum {
    SHOWN_SIZE = 256, /* of a URL, in a message */
    ACCEPTED_SIZE = 192,
};

static bool is_url(const char *argument)
{
    return strpbrk(argument, ":/.") != NULL;
}

/* Codes first, else in their order. The number of codes, or -ENOMEM. */
static ssize_t part_arguments(struct command_line *line)
{
    char **parted = calloc(line->count + 1, sizeof(*parted));
    size_t codes = 0;
    size_t used = 0;

    if (!parted)
        return -ENOMEM;
    for (size_t i = 0; i < line->count; i++) {
        if (!is_url(line->arguments[i]))
            parted[codes++] = line->arguments[i];
    }
    used = codes;
    for (size_t i = 0; i < line->count; i++) {
        if (is_url(line->arguments[i]))
            parted[used++] = line->arguments[i];
    }
    memcpy(line->arguments, parted, used * sizeof(*parted));
    free(parted);
    return (ssize_t)codes;
}

static int refuse_url(struct command_line *line, const char *url,
                      const char *accepted)
{
    char shown[SHOWN_SIZE];

    url_mask(shown, sizeof(shown), url);
    return command_line_refuse(line, "URL", shown, accepted, NULL);
}

/* What is no URL at all, and why. */
static int refuse_text(struct command_line *line, const char *text,
                       const char *trouble)
{
    char accepted[ACCEPTED_SIZE];

    snprintf(
        accepted, sizeof(accepted),
        "it is %s; give a country code, or a URL that begins with http:// or "
        "https://",
        trouble);
    return refuse_url(line, text, accepted);
}

int get_items_select(struct get_plan *plan, const struct get_settings *settings,
                     struct command_line *line)
{
    ssize_t codes = part_arguments(line);

    if (codes < 0)
        return (int)codes;
    plan->urls = (const char *const *)line->arguments + codes;
    plan->url_count = line->count - (size_t)codes;
    for (size_t i = 0; i < plan->url_count; i++) {
        const char *trouble = input_url_trouble(plan->urls[i]);

        if (trouble)
            return refuse_text(line, plan->urls[i], trouble);
    }
    if (settings->work.server && strchr(settings->work.server, '@') &&
        (plan->url_count > 0 || settings->inputs.count > 0))
        return command_line_refuse(line, "--server", "...",
                                   "a server without credentials, where there "
                                   "are URLs of others",
                                   NULL);
    line->count = (size_t)codes;
    /* The twenty are for whoever asks for nothing. */
    if (codes == 0 && !settings->work.all && !settings->work.every &&
        (plan->url_count > 0 || settings->inputs.count > 0))
        return 0;
    return work_select(&plan->selection, &settings->work, line);
}

static int claim_codes(const struct get_plan *plan, struct claims *claims)
{
    char name[SAVE_NAME_SIZE];
    int rc = 0;

    for (size_t i = 0; i < plan->selection.count && rc != -ENOMEM; i++) {
        name_by_code(name, plan->selection.codes[i].code,
                     plan->source.extension, plan->compat);
        rc = claims_add(claims, name);
    }
    return rc == -ENOMEM ? rc : 0;
}

int get_items_check(const struct get_plan *plan,
                    const struct get_settings *settings,
                    struct command_line *line)
{
    char name[SAVE_NAME_SIZE];
    struct claims claims;
    int rc = 0;

    claims_init(&claims, false);
    if (!settings->work.country_names)
        rc = claim_codes(plan, &claims);
    for (size_t i = 0; i < plan->url_count && rc == 0; i++) {
        if (!name_by_url(name, plan->urls[i])) {
            rc = refuse_url(line, plan->urls[i],
                            "a URL with a file's name at its end");
            break;
        }
        rc = claims_add(&claims, name);
        if (rc == -EEXIST)
            rc = refuse_url(line, plan->urls[i],
                            "URLs that do not end in the same file's name; a "
                            "list (--input) can give them others");
    }
    claims_close(&claims);
    return rc;
}

static uint64_t draw_seed(void)
{
    uint32_t seed = 0;

    /* Without randomness it is a seed like any other. */
    (void)!getrandom(&seed, sizeof(seed), GRND_NONBLOCK);
    return seed;
}

struct schedule_limits get_limits(const struct get_settings *settings,
                                  const struct command_line *line)
{
    const struct limit_settings *limits = &settings->limits;
    bool has_seed = command_line_has(line, &get_option_table, "seed");
    bool has_delay = command_line_has(line, &get_option_table, "retry-delay");

    return (struct schedule_limits){
        .max_host = (unsigned)limits->max_host,
        .rate_count = limits->rate.count,
        .rate_unit_us = limits->rate.unit_us,
        .max_time_us = limits->max_time_us,
        .max_errors = limits->fail_early ? 1 : (uint64_t)limits->max_errors,
        .retry = {.retries = (unsigned)limits->retries,
                  .delay_us = has_delay ? limits->retry_delay_us : RETRY_JITTER,
                  .max_time_us = limits->retry_max_time_us,
                  .all_errors = limits->retry_all_errors,
                  .seed = has_seed ? (uint64_t)settings->seed : draw_seed()},
    };
}

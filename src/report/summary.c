#include "report/summary.h"

#include <inttypes.h>
#include <string.h>

#include "text/escape.h"
#include "text/quantity.h"
#include "text/url.h"

enum { LISTED = 10 }; /* so many codes are listed one by one */

static void print_site(FILE *out, const struct summary_plan *plan)
{
    if (plan->label)
        fprintf(out, "%s site: ", plan->label);
    else
        fputs("Site: ", out);
    url_print(out, plan->base, plan->compat != COMPAT_NONE);
    if (plan->started && plan->compat == COMPAT_NONE)
        fputs(" (started for this run)", out);
    fputc('\n', out);
}

static void print_search(FILE *out, const struct selection *selection)
{
    size_t count = selection->count;

    fprintf(out, "Searching for %zu flag%s: ", count, quantity_plural(count));
    if (count > LISTED) {
        fprintf(out, "from %s to %s\n", selection->codes[0].code,
                selection->codes[count - 1].code);
        return;
    }
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i ? ", " : "", selection->codes[i].code);
    fputc('\n', out);
}

static void print_urls(FILE *out, const struct summary_plan *plan)
{
    size_t count = plan->url_count;

    if (count > 0)
        fprintf(out, "Downloading from %zu URL%s\n", count,
                quantity_plural(count));
    for (size_t i = 0; i < plan->list_count; i++) {
        bool is_stdin = strcmp(plan->lists[i], "-") == 0;

        fputs("Downloading what is listed in ", out);
        escape_print(out, is_stdin ? "standard input" : plan->lists[i]);
        fputc('\n', out);
    }
}

static void print_connections(FILE *out, const struct summary_plan *plan)
{
    const char *plural = quantity_plural(plan->max_req);
    size_t length = strlen(plan->directory);
    bool slash = length > 0 && plan->directory[length - 1] == '/';

    switch (plan->compat) {
    case COMPAT_1E:
        fprintf(out, "%u concurrent connection%s will be used.\n",
                plan->max_req, plural);
        return;
    case COMPAT_2E:
        fprintf(out, "%u %sconnection%s will be used.\n", plan->max_req,
                plan->max_req == 1 ? "" : "concurrent ", plural);
        return;
    case COMPAT_NONE:
        break;
    }
    fprintf(out, "%u concurrent connection%s will be used (%s), saving to ",
            plan->max_req, plural, plan->strategy);
    escape_print(out, plan->directory);
    fprintf(out, "%s.\n", slash ? "" : "/");
}

void summary_begin(FILE *out, const struct summary_plan *plan)
{
    if (plan->selection->count > 0) {
        print_site(out, plan);
        print_search(out, plan->selection);
    }
    print_urls(out, plan);
    print_connections(out, plan);
}

/* "3 errors.": `one` and `many` are what follows the number. */
static void print_count(FILE *out, uint64_t count, const char *one,
                        const char *many, enum compat compat)
{
    int width = compat == COMPAT_2E ? 3 : 1;

    fprintf(out, "%*" PRIu64 " %s.\n", width, count, count == 1 ? one : many);
}

static void print_stop(FILE *out, enum stop_reason stop)
{
    if (stop == STOP_INTERRUPTED)
        fputs("interrupted\n", out);
    else if (stop == STOP_ERRORS)
        fputs("stopped after errors\n", out);
    else if (stop == STOP_DEADLINE)
        fputs("stopped at the deadline\n", out);
}

void summary_end(FILE *out, const struct tally *tally, enum compat compat)
{
    const uint64_t *of = tally->counts.of;

    print_stop(out, tally->stop);
    fputs("--------------------\n", out);
    if (tally->codes == counts_total(&tally->counts))
        print_count(out, of[STATUS_OK], "flag downloaded", "flags downloaded",
                    compat);
    else
        print_count(out, of[STATUS_OK], "file downloaded", "files downloaded",
                    compat);
    if (of[STATUS_UNCHANGED])
        print_count(out, of[STATUS_UNCHANGED], "unchanged", "unchanged",
                    compat);
    if (of[STATUS_SKIPPED])
        print_count(out, of[STATUS_SKIPPED], "skipped", "skipped", compat);
    if (of[STATUS_NOT_FOUND])
        print_count(out, of[STATUS_NOT_FOUND], "not found", "not found",
                    compat);
    if (of[STATUS_ERROR])
        print_count(out, of[STATUS_ERROR], "error", "errors", compat);
    if (of[STATUS_CANCELLED])
        print_count(out, of[STATUS_CANCELLED], "cancelled", "cancelled",
                    compat);
    if (tally->retries)
        print_count(out, tally->retries, "other try", "other tries", compat);
    fprintf(out, "Elapsed time: %.2fs\n",
            (double)tally_observed_us(tally) / 1e6);
}

#include "report/failed.h"

#include <ctype.h>
#include <unistd.h>

#include "text/escape.h"
#include "text/quantity.h"
#include "text/url.h"

static bool is_in_place(const struct event *event)
{
    enum status status = event->outcome->status;

    return status_in_place(status) ||
           (status == STATUS_NOT_FOUND && !event->item->named);
}

static void on_final(void *arg, const struct event *event)
{
    const struct failed *failed = arg;
    const struct item *item = event->item;
    FILE *out = failed->out;

    if (is_in_place(event))
        return;
    fputs("# ", out);
    if (item->code[0])
        fprintf(out, "%c%c: ", tolower(item->code[0]), tolower(item->code[1]));
    escape_print(out, event->outcome->status == STATUS_NOT_FOUND
                          ? "not found"
                          : event->outcome->reply.text);
    if (event->attempt > 0)
        fprintf(out, " after %u attempt%s", event->attempt,
                quantity_plural(event->attempt));
    if (item->refused) {
        fputs(": ", out);
        url_print(out, item->url, false);
        fputc('\n', out);
        return;
    }
    fputc('\n', out);
    if (failed->is_terminal) {
        url_print(out, item->url, false);
        fputc('\t', out);
        escape_print(out, item->name);
    } else {
        url_print_bare(out, item->url);
        fprintf(out, "\t%s", item->name);
    }
    fputc('\n', out);
}

void failed_init(struct failed *failed, FILE *out, struct events *events)
{
    *failed = (struct failed){
        .sink = {.on_event = on_final,
                 .arg = failed,
                 .kinds = EVENT_BIT(EVENT_FINAL)},
        .out = out,
        .is_terminal = isatty(fileno(out)) == 1,
    };
    events_add(events, &failed->sink);
}

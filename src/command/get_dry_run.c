#include "command/get_dry_run.h"

#include <errno.h>
#include <stdio.h>

#include "cli/message.h"
#include "text/escape.h"
#include "text/url.h"

static void print_plan(const struct item *item)
{
    if (item->refused) {
        message("%s", item->refused);
        return;
    }
    printf("%s\t", item->code);
    url_print(stdout, item->url, false);
    putchar('\t');
    escape_print(stdout, item->metadata_url ? "" : item->name);
    putchar('\n');
}

int get_dry_run(struct get_dry_run *done, struct item_source items)
{
    struct item *item;
    int rc = 0;

    *done = (struct get_dry_run){0, 0};
    for (;;) {
        rc = items.next(items.arg, &item);
        if (rc == -EAGAIN) {
            rc = items.fill(items.arg);
            if (rc < 0)
                return rc;
            continue;
        }
        if (rc < 0 || !item)
            return rc;
        print_plan(item);
        done->count++;
        done->refused += item->refused != NULL;
        item_free(item);
    }
}

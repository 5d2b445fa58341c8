#include "command/compare_book.h"

#include <inttypes.h>

#include "text/quantity.h"

void book_begin(struct book *book, const char *strategy, int64_t number,
                int64_t runs)
{
    book->printed = 0;
    fprintf(book->out, "%s, run %" PRId64 " of %" PRId64 "\n", strategy, number,
            runs);
    fflush(book->out);
}

/* The scripts print each code when it is there. */
void book_final(void *arg, const struct feed_line *line)
{
    struct book *book = arg;

    if (line->status != STATUS_OK)
        return;
    book->printed++;
    fprintf(book->out, "%s ", line->code);
    fflush(book->out);
}

void book_end(struct book *book, int64_t observed_us)
{
    fprintf(book->out, "\n%zu flag%s downloaded in %.2fs\n", book->printed,
            quantity_plural(book->printed), (double)observed_us / 1e6);
    book->printed = 0;
}

void book_break(struct book *book)
{
    if (book->printed > 0)
        fputc('\n', book->out);
    book->printed = 0;
}

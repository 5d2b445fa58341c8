#include <inttypes.h>
#include <string.h>

#include "findings/table.h"
#include "findings/terminal.h"
#include "text/escape.h"
#include "text/quantity.h"
#include "text/url.h"

enum { CODES_LISTED = 20 };

/* A word of running text, on a new line, indented, if this one is full. */
static void put_word(struct page *page, const char *word, size_t length)
{
    if (page->column + 1 + length > page->width) {
        fputs("\n ", page->out);
        page->column = 1;
    }
    fprintf(page->out, "%s%.*s", page->column > 0 ? " " : "", (int)length,
            word);
    page->column += length + (page->column > 0);
}

/* How long the unit is that a line goes on with: " ms"; 0: none. */
static size_t unit_length(const char *text)
{
    static const char *const units[] = {"%", "s",   "ms",  "us", "ns",
                                        "B", "KiB", "MiB", "GiB"};
    size_t length = *text ? strcspn(text + 1, " ,;:.)") : 0;

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (length > 0 && length == strlen(units[i]) &&
            strncmp(text + 1, units[i], length) == 0)
            return length + 1 + strcspn(text + 1 + length, " ");
    }
    return 0;
}

/* No line ends between a number and its unit. */
static void put_text(struct page *page, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, " ");

        if (length > 0 && text[length - 1] >= '0' && text[length - 1] <= '9')
            length += unit_length(text + length);
        if (length > 0)
            put_word(page, text, length);
        text += length + strspn(text + length, " ");
    }
}

static void end_text(struct page *page)
{
    fputc('\n', page->out);
    page->column = 0;
}

static void print_codes(struct page *page)
{
    const struct comparison_setup *setup = &page->comparison->setup;

    put_text(page, "codes:");
    if (setup->item_count > CODES_LISTED) {
        put_word(page, setup->codes[0], strlen(setup->codes[0]));
        put_text(page, "to");
        put_word(page, setup->codes[setup->item_count - 1],
                 strlen(setup->codes[setup->item_count - 1]));
    } else {
        for (size_t i = 0; i < setup->item_count; i++)
            put_word(page, setup->codes[i], strlen(setup->codes[i]));
    }
    end_text(page);
}

static void print_machine(struct page *page)
{
    const struct comparison_setup *setup = &page->comparison->setup;
    char text[512];

    snprintf(text, sizeof(text), "machine: %s, load %.2f", setup->machine,
             setup->load);
    if (!page_knows(setup->load))
        text[strlen(text) - strlen(", load nan")] = '\0';
    put_text(page, text);
    end_text(page);
    snprintf(text, sizeof(text),
             "versions: flags %s, libcurl %s, libuv %s, TLS %s", setup->flags,
             setup->curl, setup->uv, setup->tls);
    put_text(page, text);
    end_text(page);
}

/* Of the programs that have told it. */
static void print_programs(struct page *page)
{
    const struct comparison *comparison = page->comparison;

    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (!cell->version ||
            (i > 0 && cell->program == comparison->cells[i - 1].program))
            continue;
        put_text(page, cell->strategy);
        put_text(page, "is");
        put_text(page, cell->version);
        end_text(page);
    }
}

static void print_looks(struct page *page)
{
    char text[TABLE_LOOKS_SIZE];

    if (page->comparison->looks.planned == 0)
        return;
    table_looks(text, page->comparison);
    put_text(page, "looked at");
    put_text(page, text);
    end_text(page);
}

static void print_weather(struct page *page)
{
    const struct comparison_setup *setup = &page->comparison->setup;
    char factors[FACTORS_TEXT_SIZE];

    factors_describe(&setup->factors, factors);
    if (!setup->weather) {
        fputs("at ", page->out);
        url_print(page->out, setup->server, false);
    } else {
        fprintf(page->out, "weather %s, seed%s %" PRId64, setup->weather,
                setup->weathers > 1 ? "s" : "", setup->seed);
        if (setup->weathers > 1)
            fprintf(page->out, " to %" PRId64,
                    setup->seed + (int64_t)setup->weathers - 1);
    }
    fputc('\n', page->out);
    if (!factors[0])
        return;
    put_text(page, "with");
    put_text(page, factors);
    end_text(page);
}

/* What was run, and where. */
static void print_head(struct page *page)
{
    const struct comparison *comparison = page->comparison;
    const struct comparison_setup *setup = &comparison->setup;

    if (comparison->interrupted)
        fputs("interrupted\n", page->out);
    fprintf(page->out, "%zu flag%s%s, %" PRId64 " run%s of each cell (%s",
            setup->item_count, quantity_plural(setup->item_count),
            setup->country_names ? " with metadata" : "", setup->runs,
            quantity_plural((uint64_t)setup->runs),
            comparison_order_name(setup->order));
    if (setup->warmups > 0)
        fprintf(page->out, ", %" PRId64 " warm-up%s", setup->warmups,
                quantity_plural((uint64_t)setup->warmups));
    fputs(")\n", page->out);
    print_looks(page);
    print_weather(page);
    if (comparison->by_server)
        fputs("times: from the first request to the last byte, as the server "
              "saw them\n",
              page->out);
    print_codes(page);
    print_machine(page);
    print_programs(page);
    fputc('\n', page->out);
}

/* What was not downloaded, the same in all runs that count. */
static void print_troubles(struct page *page)
{
    const struct comparison *comparison = page->comparison;
    size_t items = comparison->setup.item_count;
    const char *lead = "\nIn each run:";

    if (comparison->not_found > 0) {
        fprintf(page->out, "%s %zu of %zu not found", lead,
                comparison->not_found, items);
        lead = ",";
    }
    if (comparison->errors > 0) {
        fprintf(page->out, "%s %zu of %zu error%s", lead, comparison->errors,
                items, quantity_plural(comparison->errors));
        lead = ",";
    }
    if (*lead == ',')
        fputs(".\n", page->out);
}

static void on_sentence(void *arg, const char *sentence)
{
    struct page *page = arg;

    fputc('-', page->out);
    page->column = 1;
    put_text(page, sentence);
    end_text(page);
}

static void print_conclusions(struct page *page)
{
    int rc;

    fputc('\n', page->out);
    rc = comparison_conclude(page->comparison, on_sentence, page);
    page->error = rc < 0 ? rc : page->error;
}

static void print_quantity(struct page *page, const char *lead, double value,
                           enum figure_unit unit)
{
    char text[QUANTITY_SIZE];

    table_value(text, unit, value + 0.0); /* -0 is 0 */
    fprintf(page->out, "%s%s", lead, text);
}

static void print_check(struct page *page, const struct comparison_check *check)
{
    const struct interval *difference = &check->difference;

    fputs("fail if ", page->out);
    escape_print(page->out, check->expression);
    fprintf(page->out, ": %s", table_verdict(page->comparison, check));
    if (check->reason[0]) {
        fputs(", ", page->out);
        escape_print(page->out, check->reason);
    } else if (page_knows(difference->value)) {
        print_quantity(page, " (left - right: ", difference->value,
                       check->unit);
        print_quantity(page, "; 95 %: ", difference->low, check->unit);
        print_quantity(page, " .. ", difference->high, check->unit);
        fputc(')', page->out);
    }
    fputc('\n', page->out);
}

static void print_checks(struct page *page)
{
    const struct comparison *comparison = page->comparison;

    if (comparison->check_count > 0)
        fputc('\n', page->out);
    for (size_t i = 0; i < comparison->check_count; i++)
        print_check(page, &comparison->checks[i]);
}

int comparison_print(FILE *out, const struct comparison *comparison,
                     bool unicode, unsigned columns)
{
    struct page page = {.out = out,
                        .comparison = comparison,
                        .unicode = unicode,
                        .width = columns > PAGE_WIDTH   ? PAGE_WIDTH
                                 : columns < PAGE_LEAST ? PAGE_LEAST
                                                        : columns};

    print_head(&page);
    page_print_tables(&page);
    print_troubles(&page);
    print_conclusions(&page);
    print_checks(&page);
    return page.error;
}

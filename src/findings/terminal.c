#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "findings/table.h"
#include "findings/terminal.h"
#include "text/escape.h"
#include "text/quantity.h"

enum { CODES_LISTED = 20, EXPRESSION_SIZE = 1024 };

#define DIM "\x1b[2m"
#define PLAIN "\x1b[0m"

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

/* How long what belongs to an option of one letter is: " 20"; 0: nothing. */
static size_t value_length(const char *text, size_t length)
{
    if (length != 2 || text[0] != '-' || text[2] != ' ' ||
        !isdigit((unsigned char)text[3]))
        return 0;
    return 1 + strcspn(text + 3, " ");
}

/* No line ends between a number and its unit, or an option and its number. */
static void put_text(struct page *page, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, " ");

        length += value_length(text, length);
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
    char last[32] = "";
    char text[256];

    factors_describe(&setup->factors, factors);
    if (!setup->weather) {
        fputs("at ", page->out);
        escape_print(page->out, setup->server); /* it is masked */
        fputc('\n', page->out);
    } else {
        if (setup->weathers > 1)
            snprintf(last, sizeof(last), " to %" PRId64,
                     setup->seed + (int64_t)setup->weathers - 1);
        snprintf(text, sizeof(text), "weather %s, seed%s %" PRId64 "%s",
                 setup->weather, setup->weathers > 1 ? "s" : "", setup->seed,
                 last);
        put_text(page, text);
        end_text(page);
    }
    if (!factors[0])
        return;
    put_text(page, "with");
    put_text(page, factors);
    end_text(page);
}

/* What was run, and how often. */
static void print_work(struct page *page)
{
    const struct comparison_setup *setup = &page->comparison->setup;
    char warmups[40] = "";
    char text[160];

    if (setup->warmups > 0)
        snprintf(warmups, sizeof(warmups), ", %" PRId64 " warm-up%s",
                 setup->warmups, quantity_plural((uint64_t)setup->warmups));
    snprintf(text, sizeof(text),
             "%zu flag%s%s, %" PRId64 " run%s of each cell (%s%s)",
             setup->item_count, quantity_plural(setup->item_count),
             setup->country_names ? " with metadata" : "", setup->runs,
             quantity_plural((uint64_t)setup->runs),
             comparison_order_name(setup->order), warmups);
    put_text(page, text);
    end_text(page);
}

/* What was run, and where. */
static void print_head(struct page *page)
{
    const struct comparison *comparison = page->comparison;

    if (comparison->interrupted)
        fputs("interrupted\n", page->out);
    print_work(page);
    print_looks(page);
    print_weather(page);
    if (comparison->by_server) {
        put_text(page, "times: from the first request to the last byte, as the "
                       "server saw them");
        end_text(page);
    }
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
    char missing[64] = "";
    char failed[64] = "";
    char text[160];

    if (comparison->not_found > 0)
        snprintf(missing, sizeof(missing), " %zu of %zu not found",
                 comparison->not_found, items);
    if (comparison->errors > 0)
        snprintf(failed, sizeof(failed), " %zu of %zu error%s",
                 comparison->errors, items,
                 quantity_plural(comparison->errors));
    if (!missing[0] && !failed[0])
        return;
    snprintf(text, sizeof(text), "In each run:%s%s%s.", missing,
             missing[0] && failed[0] ? "," : "", failed);
    fputc('\n', page->out);
    put_text(page, text);
    end_text(page);
}

static void on_sentence(void *arg, const char *sentence)
{
    struct page *page = arg;

    fputc('-', page->out);
    page->column = 1;
    put_text(page, sentence);
    end_text(page);
}

/* What is to be borne in mind: apart, and dim where there are colours. */
static void on_caution(void *arg, const char *sentence)
{
    struct page *page = arg;

    if (!page->cautioned)
        fprintf(page->out, "\n%sBear in mind:\n", page->colour ? DIM : "");
    page->cautioned = true;
    on_sentence(page, sentence);
}

static void print_conclusions(struct page *page)
{
    int rc = comparison_caution(page->comparison, on_caution, page);

    page->error = rc < 0 ? rc : page->error;
    if (page->cautioned && page->colour)
        fputs(PLAIN, page->out);
    fputc('\n', page->out);
    rc = comparison_find(page->comparison, on_sentence, page);
    page->error = rc < 0 ? rc : page->error;
}

/* What a check found: the difference with its interval, or why there is
   none. */
static void put_found(struct page *page, const struct comparison_check *check)
{
    const struct interval *difference = &check->difference;
    char value[QUANTITY_SIZE];
    char low[QUANTITY_SIZE];
    char high[QUANTITY_SIZE];
    char level[QUANTITY_SIZE];
    char text[160];

    if (check->reason[0]) {
        escape_copy(text, sizeof(text), check->reason);
    } else {
        table_value(value, check->unit, difference->value + 0.0); /* no -0 */
        table_value(low, check->unit, difference->low + 0.0);
        table_value(high, check->unit, difference->high + 0.0);
        table_level(level, page->comparison);
        snprintf(text, sizeof(text), "(left - right: %s; %s: %s .. %s)", value,
                 level, low, high);
    }
    put_text(page, text);
}

static void print_check(struct page *page, const struct comparison_check *check)
{
    const char *verdict = table_verdict(page->comparison, check);
    char expression[EXPRESSION_SIZE];
    char text[EXPRESSION_SIZE + 80];

    escape_copy(expression, sizeof(expression), check->expression);
    snprintf(text, sizeof(text), "fail if %s: %s%s", expression, verdict,
             check->reason[0] ? "," : "");
    put_text(page, text);
    if (check->reason[0] || page_knows(check->difference.value))
        put_found(page, check);
    end_text(page);
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
                     const struct comparison_style *style)
{
    struct page page = {.out = out,
                        .comparison = comparison,
                        .unicode = style->unicode,
                        .colour = style->colour,
                        .width = style->columns > PAGE_WIDTH ? PAGE_WIDTH
                                 : style->columns < PAGE_LEAST
                                     ? PAGE_LEAST
                                     : style->columns};

    print_head(&page);
    page_print_tables(&page);
    print_troubles(&page);
    print_conclusions(&page);
    print_checks(&page);
    return page.error;
}

#include <string.h>

#include "findings/table.h"
#include "findings/terminal.h"

enum { NAME_LEAST = 10, GAP = 2, BAR_LEAST = 6, BAR_MOST = 30, BAR_KEPT = 12 };

/* Some of a table's columns, next to each other. */
struct columns {
    enum figure_table table;
    size_t from, to; /* figures */
    int widths[FIGURES];
    int width; /* of all of them, gaps included */
};

static double longest_median(const struct comparison *comparison)
{
    double longest = 0;

    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (cell->run_count > 0)
            longest = fmax(longest, cell->observed.median);
    }
    return longest;
}

/* What stands in the table; "-": it is not known. */
static void cell_text(char text[TABLE_TEXT_SIZE], const struct page *page,
                      const struct comparison_cell *cell, size_t figure)
{
    table_text(text, page->comparison, cell, (enum figure_id)figure);
    if (!text[0])
        snprintf(text, TABLE_TEXT_SIZE, "-");
}

static int width_of(const struct page *page, size_t figure)
{
    char title[TABLE_TEXT_SIZE];
    size_t width;

    table_title(title, page->comparison, (enum figure_id)figure);
    width = strlen(title);
    for (size_t i = 0; i < page->comparison->cell_count; i++) {
        char text[TABLE_TEXT_SIZE];

        if (page->comparison->cells[i].run_count == 0)
            continue;
        cell_text(text, page, &page->comparison->cells[i], figure);
        width = strlen(text) > width ? strlen(text) : width;
    }
    return (int)width;
}

/* As many of the table's columns from `from` on as there is room for. */
static struct columns fit_columns(const struct page *page,
                                  enum figure_table table, size_t from)
{
    struct columns columns = {.table = table, .from = from, .to = from};
    size_t figure = table_next(table, false, from);
    int room = (int)page->width - page->name;

    /* Where it is narrow, the bars come first. */
    if (page->width < PAGE_WIDTH && table == TABLE_TIMES && from == 0)
        room -= GAP + BAR_KEPT;
    for (; figure < FIGURES; figure = table_next(table, false, figure + 1)) {
        int width = width_of(page, figure);

        if (columns.to > from && columns.width + GAP + width > room)
            break;
        columns.widths[figure] = width;
        columns.width += GAP + width;
        columns.to = figure + 1;
    }
    return columns;
}

static void print_name(struct page *page, const char *name)
{
    fprintf(page->out, "%-*s", page->name, name);
}

static void print_titles(struct page *page, const struct columns *columns,
                         const char *lead)
{
    size_t figure = table_next(columns->table, false, columns->from);

    print_name(page, lead);
    while (figure < columns->to) {
        char title[TABLE_TEXT_SIZE];

        table_title(title, page->comparison, (enum figure_id)figure);
        fprintf(page->out, "%*s%*s", GAP, "", columns->widths[figure], title);
        figure = table_next(columns->table, false, figure + 1);
    }
    fputc('\n', page->out);
}

static void print_figures(struct page *page, const struct columns *columns,
                          const struct comparison_cell *cell)
{
    size_t figure = table_next(columns->table, false, columns->from);

    print_name(page, cell->name);
    while (figure < columns->to) {
        char text[TABLE_TEXT_SIZE];

        cell_text(text, page, cell, figure);
        fprintf(page->out, "%*s%*s", GAP, "", columns->widths[figure], text);
        figure = table_next(columns->table, false, figure + 1);
    }
}

/* In eighths of a column where the terminal has them; of a time that is not
   nothing something is always seen. */
static void print_bar(struct page *page, double share)
{
    static const char *const eighths[] = {"",       "\u258f", "\u258e",
                                          "\u258d", "\u258c", "\u258b",
                                          "\u258a", "\u2589"};
    int steps = page->unicode ? 8 : 1;
    int length = (int)lround(share * page->bar * steps);

    if (length < 1)
        length = 1;
    fprintf(page->out, "%*s", GAP, "");
    for (int i = 0; i < length / steps; i++)
        fputs(page->unicode ? "\u2588" : "#", page->out);
    if (page->unicode)
        fputs(eighths[length % steps], page->out);
}

/* The first table, with a bar for each cell where there is room; returns the
   figure that the rest of the table begins with. */
static size_t print_times(struct page *page)
{
    const struct comparison *comparison = page->comparison;
    double longest = longest_median(comparison);
    struct columns columns = fit_columns(page, TABLE_TIMES, 0);

    page->bar = (int)page->width - page->name - columns.width - GAP;
    if (page->bar > BAR_MOST)
        page->bar = BAR_MOST;
    print_titles(page, &columns, "cell");
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (cell->run_count == 0) {
            print_name(page, cell->name);
            fputs(cell->excluded[0] ? "  left out\n" : "  no run counts\n",
                  page->out);
            continue;
        }
        print_figures(page, &columns, cell);
        if (page->bar >= BAR_LEAST)
            print_bar(page, longest > 0 ? cell->observed.median / longest : 0);
        fputc('\n', page->out);
    }
    return columns.to;
}

/* From a figure on, in as many pieces as it takes to stay on the page. */
static void print_table(struct page *page, enum figure_table table, size_t from)
{
    const struct comparison *comparison = page->comparison;

    while (table_next(table, false, from) < FIGURES) {
        struct columns columns = fit_columns(page, table, from);

        fputc('\n', page->out);
        print_titles(page, &columns, table_name(table));
        for (size_t i = 0; i < comparison->cell_count; i++) {
            if (comparison->cells[i].run_count == 0)
                continue;
            print_figures(page, &columns, &comparison->cells[i]);
            fputc('\n', page->out);
        }
        from = columns.to;
    }
}

static void fit_names(struct page *page)
{
    page->name = NAME_LEAST;
    for (size_t i = 0; i < page->comparison->cell_count; i++) {
        int length = (int)strlen(page->comparison->cells[i].name);

        if (length > page->name)
            page->name = length;
    }
}

void page_print_tables(struct page *page)
{
    size_t from;

    fit_names(page);
    from = print_times(page);
    if (!comparison_has_runs(page->comparison))
        return;
    print_table(page, TABLE_TIMES, from);
    for (enum figure_table table = TABLE_TIMES + 1; table < TABLES; table++)
        print_table(page, table, 0);
}

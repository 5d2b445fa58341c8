#include "findings/html.h"
#include "findings/html_parts.h"
#include "findings/table.h"

static void write_cell(FILE *out, size_t figure,
                       const struct comparison *comparison,
                       const struct comparison_cell *cell)
{
    char text[TABLE_TEXT_SIZE];

    table_text(text, comparison, cell, (enum figure_id)figure);
    if (!text[0]) {
        fputs("<td class=\"unknown\">\u2013</td>", out);
        return;
    }
    fputs("<td>", out);
    html_text(out, text);
    fputs("</td>", out);
}

static void write_head(FILE *out, const struct comparison *comparison,
                       enum figure_table table)
{
    fputs("<thead><tr><th scope=\"col\">strategy</th>", out);
    for (size_t i = table_next(table, true, 0); i < FIGURES;
         i = table_next(table, true, i + 1)) {
        char title[TABLE_TEXT_SIZE];

        table_title(title, comparison, (enum figure_id)i);
        fprintf(out, "<th scope=\"col\" title=\"%s\">", figures[i].means);
        html_prose(out, title);
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
}

static void write_row(FILE *out, const struct comparison *comparison,
                      const struct comparison_cell *cell,
                      enum figure_table table)
{
    fprintf(out, "<tr class=\"%s\"><th scope=\"row\">",
            html_strategy_class(cell->strategy));
    html_prose(out, cell->name);
    fputs("</th>", out);
    for (size_t i = table_next(table, true, 0); i < FIGURES;
         i = table_next(table, true, i + 1))
        write_cell(out, i, comparison, cell);
    fputs("</tr>\n", out);
}

static void write_table(FILE *out, const struct comparison *comparison,
                        enum figure_table table)
{
    const char *id = table_name(table);

    /* What can be scrolled must be in the keyboard's reach, with a name. */
    fprintf(out,
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
            "aria-labelledby=\"table-%s\">\n<table>\n<caption "
            "id=\"table-%s\">%s</caption>\n",
            id, id, table_heading(table));
    write_head(out, comparison, table);
    for (size_t i = 0; i < comparison->cell_count; i++)
        write_row(out, comparison, &comparison->cells[i], table);
    fputs("</tbody>\n</table>\n</div>\n", out);
}

void html_tables(FILE *out, const struct comparison *comparison)
{
    char level[QUANTITY_SIZE];

    fputs("<section>\n<h2>All the numbers</h2>\n", out);
    if (comparison->cell_count > 0) {
        fputs("<p>Ratios are to the times of ", out);
        html_prose(out, comparison->cells[0].name);
        fputs(" (Hodges and Lehmann), with the ", out);
        table_level(level, comparison);
        html_prose(out, level);
        fputs(" interval by ranks (Mann and Whitney). Costs are "
              "medians of the runs; a process is measured with its start and "
              "its end.</p>\n",
              out);
    }
    for (enum figure_table table = 0; table < TABLES; table++)
        write_table(out, comparison, table);
    fputs("</section>\n", out);
}

/* A verdict has a sign besides its word: colour is not the only cue. */
static const char *verdict_sign(enum comparison_verdict verdict)
{
    static const char *const signs[] = {
        [VERDICT_PASSED] = "\u2713",
        [VERDICT_FAILED] = "\u2717",
        [VERDICT_UNDECIDED] = "?",
        [VERDICT_IMPOSSIBLE] = "\u2014",
    };

    return signs[verdict];
}

void html_checks(FILE *out, const struct comparison *comparison)
{
    char level[QUANTITY_SIZE];

    if (comparison->check_count == 0)
        return;
    table_level(level, comparison);
    fputs("<section>\n<h2>Checks</h2>\n<p>A check fails if its condition is "
          "met whichever sample is drawn, and is undecided if that depends on "
          "the sample: then the interval of the difference of its two sides "
          "holds 0.</p>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
          "aria-labelledby=\"table-checks\">\n<table class=\"checks\">\n"
          "<caption id=\"table-checks\">Conditions of failure</caption>\n"
          "<thead><tr><th scope=\"col\">verdict</th><th scope=\"col\">fail "
          "if</th><th scope=\"col\">left less right (",
          out);
    html_prose(out, level);
    fputs(")</th></tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < comparison->check_count; i++) {
        const struct comparison_check *check = &comparison->checks[i];
        const char *verdict = comparison_verdict_name(check->verdict);
        char found[TABLE_CHECK_SIZE];

        fprintf(out, "<tr><td class=\"%s\">%s %s</td><th scope=\"row\"><code>",
                verdict, verdict_sign(check->verdict),
                table_verdict(comparison, check));
        html_text(out, check->expression);
        fputs("</code></th>", out);
        table_check(found, check);
        fputs("<td>", out);
        html_text(out, found);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody>\n</table>\n</div>\n</section>\n", out);
}

#include "findings/columns.h"
#include "findings/facts.h"
#include "findings/html.h"
#include "findings/html_parts.h"

static void write_cell(FILE *out, const struct column *column,
                       const struct comparison *comparison,
                       const struct comparison_cell *cell)
{
    char text[COLUMN_TEXT_SIZE];

    column_text(text, column, comparison, cell);
    if (!text[0]) {
        fputs("<td class=\"unknown\">\u2013</td>", out);
        return;
    }
    fputs("<td>", out);
    html_text(out, text);
    fputs("</td>", out);
}

static void write_head(FILE *out, const struct column *columns)
{
    fputs("<thead><tr><th scope=\"col\">strategy</th>", out);
    for (; columns->title; columns++) {
        if (columns->where != COLUMN_SUMMARY)
            fprintf(out, "<th scope=\"col\">%s</th>", columns->title);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
}

static void write_table(FILE *out, const struct comparison *comparison,
                        const struct column *columns, const char *id,
                        const char *caption)
{
    /* What can be scrolled must be in the keyboard's reach, with a name. */
    fprintf(out,
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
            "aria-labelledby=\"%s\">\n<table>\n<caption "
            "id=\"%s\">%s</caption>\n",
            id, id, caption);
    write_head(out, columns);
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        fprintf(out, "<tr class=\"%s\"><th scope=\"row\">",
                html_strategy_class(cell->strategy));
        html_text(out, cell->name);
        fputs("</th>", out);
        for (const struct column *column = columns; column->title; column++) {
            if (column->where != COLUMN_SUMMARY)
                write_cell(out, column, comparison, cell);
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n</table>\n</div>\n", out);
}

void html_tables(FILE *out, const struct comparison *comparison)
{
    fputs("<section>\n<h2>All the numbers</h2>\n", out);
    if (comparison->cell_count > 0) {
        fputs("<p>Ratios are to the median of ", out);
        html_text(out, comparison->cells[0].name);
        fputs(", with the 95\u00a0% interval that resampling gives. Costs are "
              "medians of the runs; a process is measured with its start and "
              "its end.</p>\n",
              out);
    }
    write_table(out, comparison, columns_of_times, "table-times", "Times");
    write_table(out, comparison, columns_of_costs, "table-costs",
                "What a run costs");
    write_table(out, comparison, columns_of_requests, "table-requests",
                "Requests and connections");
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
    if (comparison->check_count == 0)
        return;
    fputs("<section>\n<h2>Checks</h2>\n<p>A check fails if its condition is "
          "met whichever sample is drawn, and is undecided if that depends on "
          "the sample: then the interval of the difference of its two sides "
          "holds 0.</p>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
          "aria-labelledby=\"table-checks\">\n<table class=\"checks\">\n"
          "<caption id=\"table-checks\">Conditions of failure</caption>\n"
          "<thead><tr><th scope=\"col\">verdict</th><th scope=\"col\">fail "
          "if</th><th scope=\"col\">left less right (95 %)</th></tr></thead>\n"
          "<tbody>\n",
          out);
    for (size_t i = 0; i < comparison->check_count; i++) {
        const struct comparison_check *check = &comparison->checks[i];
        const char *verdict = comparison_verdict_name(check->verdict);
        char found[FACTS_CHECK_SIZE];

        fprintf(out, "<tr><td class=\"%s\">%s %s</td><th scope=\"row\"><code>",
                verdict, verdict_sign(check->verdict), verdict);
        html_text(out, check->expression);
        fputs("</code></th>", out);
        facts_check(found, check);
        fputs("<td>", out);
        html_text(out, found);
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody>\n</table>\n</div>\n</section>\n", out);
}

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <stdlib.h>

#include "comparison/comparison.h"
#include "findings/facts.h"
#include "findings/html.h"
#include "findings/html_parts.h"
#include "text/quantity.h"

static void write_names(FILE *out, const struct comparison *comparison)
{
    enum { MOST_NAMES = 6 };

    for (size_t i = 0; i < comparison->cell_count && i < MOST_NAMES; i++) {
        fputs(i == 0 ? "" : ", ", out);
        html_prose(out, comparison->cells[i].name);
    }
    if (comparison->cell_count > MOST_NAMES)
        fprintf(out, " and %zu more", comparison->cell_count - MOST_NAMES);
}

static void write_head(FILE *out, const struct comparison *comparison)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
          "<meta charset=\"utf-8\"/>\n"
          "<meta name=\"viewport\" "
          "content=\"width=device-width, initial-scale=1\"/>\n"
          "<meta name=\"generator\" content=\"flags compare\"/>\n<title>",
          out);
    write_names(out, comparison);
    fputs(": what waiting costs</title>\n<style>\n", out);
    html_style(out);
    fputs("</style>\n</head>\n<body>\n<main>\n", out);
}

static void write_subtitle(FILE *out, const struct comparison *comparison)
{
    const struct comparison_setup *setup = &comparison->setup;
    char factors[FACTORS_TEXT_SIZE];

    factors_describe(&setup->factors, factors);
    fprintf(out, "<p class=\"about\">%zu download%s", setup->item_count,
            quantity_plural(setup->item_count));
    if (setup->server) {
        fputs(" from ", out);
        html_text(out, setup->server);
    } else if (setup->weather) {
        fputs(" under weather ", out);
        html_text(out, setup->weather);
    }
    if (factors[0]) {
        fputs(" with ", out);
        html_text(out, factors);
    }
    fprintf(out, "; %" PRId64 " run%s of each of ", setup->runs,
            quantity_plural((uint64_t)setup->runs));
    write_names(out, comparison);
    fputs(".</p>\n", out);
}

/* What to know before believing anything below. */
static void write_warnings(FILE *out, const struct comparison *comparison)
{
    if (comparison->interrupted)
        fputs("<p class=\"warning\"><strong>Interrupted.</strong> Not all "
              "runs were made; what follows is of those that were.</p>\n",
              out);
    if (!comparison->same_work)
        fputs("<p class=\"warning\"><strong>Not the same work.</strong> Some "
              "runs did not get what most of them got, and are left "
              "out.</p>\n",
              out);
}

struct answer {
    FILE *out;
    size_t sentences, cautions;
};

/* The first is the answer in short, and larger; the others make a list. */
static void on_sentence(void *arg, const char *sentence)
{
    struct answer *answer = arg;

    answer->sentences++;
    if (answer->sentences == 1)
        fputs("<p class=\"lead\">", answer->out);
    else
        fputs(answer->sentences == 2 ? "<ul class=\"answer\">\n<li>" : "<li>",
              answer->out);
    html_prose(answer->out, sentence);
    fputs(answer->sentences == 1 ? "</p>\n" : "</li>\n", answer->out);
}

static void on_caution(void *arg, const char *sentence)
{
    struct answer *answer = arg;

    if (answer->cautions++ == 0)
        fputs("<p class=\"caution\">Bear in mind:</p>\n"
              "<ul class=\"answer caution\">\n",
              answer->out);
    fputs("<li>", answer->out);
    html_prose(answer->out, sentence);
    fputs("</li>\n", answer->out);
}

static int write_answer(FILE *out, const struct comparison *comparison)
{
    struct answer answer = {.out = out};
    int cautioned;
    int rc;

    fputs("<header>\n<h1>What does the way you wait cost?</h1>\n", out);
    write_subtitle(out, comparison);
    write_warnings(out, comparison);
    rc = comparison_find(comparison, on_sentence, &answer);
    if (answer.sentences == 0)
        fputs("<p class=\"lead\">There is nothing to conclude.</p>\n", out);
    if (answer.sentences > 1)
        fputs("</ul>\n", out);
    cautioned = comparison_caution(comparison, on_caution, &answer);
    if (answer.cautions > 0)
        fputs("</ul>\n", out);
    fputs("</header>\n", out);
    return rc < 0 ? rc : cautioned;
}

static void on_fact(void *arg, const char *label, const char *text)
{
    FILE *out = arg;

    fprintf(out, "<dt>%s</dt><dd>", label);
    html_prose(out, text);
    fputs("</dd>\n", out);
}

static int write_setup(FILE *out, const struct comparison *comparison)
{
    int rc;

    fputs("<section>\n<h2>What was run</h2>\n<dl>\n", out);
    rc = comparison_facts(comparison, on_fact, out);
    fputs("</dl>\n", out);
    if (comparison->setup.command) {
        fputs("<p>To run it again:</p>\n<pre><code>", out);
        html_text(out, comparison->setup.command);
        fputs("</code></pre>\n", out);
    }
    fputs("</section>\n", out);
    return rc;
}

static int write_page(FILE *out, const struct comparison *comparison)
{
    int error = 0;
    int rc;

    write_head(out, comparison);
    rc = write_answer(out, comparison);
    error = rc < 0 ? rc : error;
    html_bars(out, comparison);
    html_runs(out, comparison);
    rc = html_waterfalls(out, comparison);
    error = rc < 0 ? rc : error;
    rc = html_sweep(out, comparison);
    error = rc < 0 ? rc : error;
    html_checks(out, comparison);
    html_tables(out, comparison);
    rc = write_setup(out, comparison);
    error = rc < 0 ? rc : error;
    fputs("</main>\n</body>\n</html>\n", out);
    return error;
}

int comparison_html(FILE *out, const struct comparison *comparison)
{
    /* A decimal comma would be the end of a figure. */
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    locale_t before;
    int rc;

    if (!plain)
        return -ENOMEM;
    before = uselocale(plain);
    rc = write_page(out, comparison);
    uselocale(before);
    freelocale(plain);
    return rc;
}

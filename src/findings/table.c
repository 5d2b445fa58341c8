#include "findings/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "text/quantity.h"

size_t table_next(enum figure_table table, bool detailed, size_t from)
{
    while (from < FIGURES && (figures[from].table != table ||
                              (figures[from].detail && !detailed)))
        from++;
    return from;
}

static const struct {
    const char *heading, *name;
} tables[TABLES] = {
    [TABLE_TIMES] = {"Times", "times"},
    [TABLE_SPREAD] = {"Spread", "spread"},
    [TABLE_OVERHEAD] = {"Overhead", "overhead"},
    [TABLE_COSTS] = {"Costs", "costs"},
    [TABLE_REQUESTS] = {"Requests", "requests"},
};

const char *table_heading(enum figure_table table)
{
    return tables[table].heading;
}

const char *table_name(enum figure_table table)
{
    return tables[table].name;
}

static void ratio_text(char text[TABLE_TEXT_SIZE], const struct interval *ratio)
{
    char value[QUANTITY_SIZE];
    char low[QUANTITY_SIZE];
    char high[QUANTITY_SIZE];

    quantity_ratio(value, ratio->value);
    quantity_ratio(low, ratio->low);
    quantity_ratio(high, ratio->high);
    if (ratio->low == ratio->high || isnan(ratio->low))
        snprintf(text, TABLE_TEXT_SIZE, "%s", value);
    else if (interval_holds(ratio, 1))
        snprintf(text, TABLE_TEXT_SIZE, "no difference detected");
    else
        snprintf(text, TABLE_TEXT_SIZE, "%s (%s to %s)", value, low, high);
}

void table_value(char text[QUANTITY_SIZE], enum figure_unit unit, double value)
{
    switch (unit) {
    case UNIT_TIME:
        quantity_time(text, value);
        return;
    case UNIT_SIZE:
        quantity_size(text, value);
        return;
    case UNIT_SHARE:
        quantity_share(text, value);
        return;
    default:
        snprintf(text, QUANTITY_SIZE, "%.4g", value + 0.0); /* -0 is 0 */
    }
}

/* "~": it is an estimate; ">" and "<": it is no less, or no more, than that. */
static const char *mark_of(const struct comparison *comparison,
                           const struct comparison_cell *cell,
                           enum figure_id id)
{
    if (comparison->ideal_estimated)
        return "~";
    if (!cell->ideal_is_bound)
        return "";
    return id == FIGURE_OVERHEAD ? "<" : ">";
}

void table_text(char text[TABLE_TEXT_SIZE], const struct comparison *comparison,
                const struct comparison_cell *cell, enum figure_id id)
{
    const struct figure *figure = &figures[id];
    double value = figure_of(cell, id);
    char number[QUANTITY_SIZE];

    text[0] = '\0';
    if (!isfinite(value))
        return;
    if (figure->how == HOW_RATIO) {
        ratio_text(text, &cell->ratio);
        return;
    }
    if (figure->unit == UNIT_NONE)
        quantity_count(number, value);
    else
        table_value(number, figure->unit, value);
    snprintf(text, TABLE_TEXT_SIZE, "%s%s",
             figure->of_ideal ? mark_of(comparison, cell, id) : "", number);
}

void table_level(char text[QUANTITY_SIZE], const struct comparison *comparison)
{
    snprintf(text, QUANTITY_SIZE, "%.3g %%",
             100 * (1 - comparison_error(comparison)));
}

void table_title(char text[TABLE_TEXT_SIZE],
                 const struct comparison *comparison, enum figure_id figure)
{
    char level[QUANTITY_SIZE];

    table_level(level, comparison);
    if (figure == FIGURE_RATIO)
        snprintf(text, TABLE_TEXT_SIZE, "%s (%s)", figures[figure].title,
                 level);
    else
        snprintf(text, TABLE_TEXT_SIZE, "%s", figures[figure].title);
}

const char *table_verdict(const struct comparison *comparison,
                          const struct comparison_check *check)
{
    if (check->verdict != VERDICT_UNDECIDED)
        return comparison_verdict_name(check->verdict);
    return comparison->fail_undecided
               ? "undecided, which fails (--undecided fail)"
               : "undecided, which passes (--undecided pass)";
}

/* "each ratio's interval is at most 5 % wide, and each condition decided" */
static void wanted_text(char *text, size_t room,
                        const struct comparison_looks *looks)
{
    size_t size = 0;

    text[0] = '\0';
    if (looks->width > 0)
        size += (size_t)snprintf(text, room,
                                 "each ratio's interval is at most %g %% wide",
                                 looks->width * 100);
    if (looks->decide)
        snprintf(text + size, room - size, "%seach condition is decided",
                 size > 0 ? ", and " : "");
}

void table_looks(char text[TABLE_LOOKS_SIZE],
                 const struct comparison *comparison)
{
    const struct comparison_looks *looks = &comparison->looks;
    char shared[160] = "";
    char wanted[100];
    char at[LOOKS_MOST * 8] = "no";

    wanted_text(wanted, sizeof(wanted), looks);
    if (looks->planned > 1)
        snprintf(shared, sizeof(shared),
                 "; as there may be %zu looks, they share the error of each "
                 "interval (Bonferroni; Dunn, \"Multiple Comparisons Among "
                 "Means\", 1961)",
                 looks->planned);
    for (size_t i = 0, size = 0; i < looks->taken; i++)
        size += (size_t)snprintf(at + size, sizeof(at) - size, "%s%" PRId64,
                                 i == 0                 ? ""
                                 : i + 1 < looks->taken ? ", "
                                                        : " and ",
                                 looks->runs[i]);
    snprintf(text, TABLE_LOOKS_SIZE,
             "after %s of at most %" PRId64 " run%s of each: %s%s%s", at,
             looks->runs[looks->planned - 1],
             quantity_plural((uint64_t)looks->runs[looks->planned - 1]),
             looks->enough ? "" : "not yet so that ", wanted, shared);
}

void table_check(char text[TABLE_CHECK_SIZE],
                 const struct comparison_check *check)
{
    char value[QUANTITY_SIZE];
    char low[QUANTITY_SIZE];
    char high[QUANTITY_SIZE];

    if (!isfinite(check->difference.value)) {
        snprintf(text, TABLE_CHECK_SIZE, "%s", check->reason);
        return;
    }
    table_value(value, check->unit, check->difference.value);
    if (isnan(check->difference.low)) {
        snprintf(text, TABLE_CHECK_SIZE, "%s; %s", value, check->reason);
        return;
    }
    table_value(low, check->unit, check->difference.low);
    table_value(high, check->unit, check->difference.high);
    snprintf(text, TABLE_CHECK_SIZE, "%s (%s to %s)", value, low, high);
}

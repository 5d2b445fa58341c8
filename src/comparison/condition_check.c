#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "comparison/condition.h"
#include "comparison/condition_reader.h"

/* A list of cells or strategies, for people. */
struct list {
    char text[CONDITION_WHY_SIZE / 2];
    size_t count;
};

static void add_to_list(struct list *list, const char *word)
{
    size_t size = strlen(list->text);

    snprintf(list->text + size, sizeof(list->text) - size, "%s%s",
             list->count > 0 ? ", " : "", word);
    list->count++;
}

static bool is_of(const struct comparison_cell *cell, const char *strategy,
                  size_t size)
{
    return strlen(cell->strategy) == size &&
           memcmp(cell->strategy, strategy, size) == 0;
}

static bool is_meant(const struct condition_node *node,
                     const struct comparison_cell *cell)
{
    return (node->max_req == 0 || node->max_req == cell->max_req) &&
           (node->reuse < 0 || (node->reuse > 0) == cell->reuse) &&
           (node->http == 0 || node->http == cell->http);
}

/* "async[20,no]", "async[20,no,h2]": what names a cell whatever others there
   are. */
static void add_cell(struct list *list, const struct comparison_cell *cell,
                     bool versions)
{
    const char *version = !versions || cell->http == 0 ? ""
                          : cell->http == 2            ? ",h2"
                                                       : ",h1";
    char name[64];

    snprintf(name, sizeof(name), "%s[%u,%s%s]", cell->strategy, cell->max_req,
             cell->reuse ? "yes" : "no", version);
    add_to_list(list, name);
}

static int refuse_strategy(struct reader *reader,
                           const struct condition_node *node,
                           const struct comparison *comparison)
{
    struct list list = {.count = 0};
    const char *begin = reader->text + node->begin;

    for (size_t i = 0; i < comparison->cell_count; i++) {
        const char *strategy = comparison->cells[i].strategy;
        bool first = true;

        for (size_t j = 0; j < i; j++)
            first &= strcmp(comparison->cells[j].strategy, strategy) != 0;
        if (first)
            add_to_list(&list, strategy);
    }
    return reader_refuse(reader, begin, "'%.*s' is not compared; there is %s",
                         reader_shown(node->strategy_size), begin, list.text);
}

/* Find the cell of a value. */
static int find_cell(struct reader *reader, struct condition_node *node,
                     const struct comparison *comparison)
{
    const char *begin = reader->text + node->begin;
    struct list meant = {.count = 0};
    struct list others = {.count = 0};
    bool versions = false;

    for (size_t i = 1; i < comparison->cell_count; i++)
        versions |= comparison->cells[i].http != comparison->cells[0].http;
    for (size_t i = 0; i < comparison->cell_count; i++) {
        const struct comparison_cell *cell = &comparison->cells[i];

        if (cell->again || !is_of(cell, begin, node->strategy_size))
            continue;
        if (!is_meant(node, cell)) {
            add_cell(&others, cell, versions);
            continue;
        }
        add_cell(&meant, cell, versions);
        node->cell = i;
    }
    if (meant.count == 1)
        return 0;
    if (meant.count > 1)
        return reader_refuse(reader, begin, "'%.*s' may be of any of %s",
                             reader_shown(node->size), begin, meant.text);
    if (others.count > 0)
        return reader_refuse(reader, begin, "'%.*s' is of no cell; there is %s",
                             reader_shown(node->size), begin, others.text);
    return refuse_strategy(reader, node, comparison);
}

int condition_check(struct condition *condition,
                    const struct comparison *comparison, char *why)
{
    struct reader reader = {.text = condition->text, .why = why};

    for (size_t i = 0; i < condition->node_count; i++) {
        struct condition_node *node = &condition->nodes[i];
        int error =
            node->kind == NODE_VALUE ? find_cell(&reader, node, comparison) : 0;

        if (error)
            return error;
    }
    return 0;
}

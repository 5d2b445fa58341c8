#include "comparison/condition_varies.h"

bool condition_is_constant(const struct condition_node *node, bool weathers)
{
    enum figure_how how;

    if (node->kind != NODE_VALUE)
        return true;
    how = figures[node->field].how;
    return how == HOW_COUNTED || (how == HOW_IDEAL && !weathers) ||
           (how == HOW_RATIO && node->cell == 0); /* to itself */
}

bool condition_is_known(const struct condition *condition)
{
    for (size_t i = 0; i < condition->node_count; i++) {
        if (!condition_is_constant(&condition->nodes[i], false))
            return false;
    }
    return true;
}

const struct condition_node *condition_lone_ratio(
    const struct condition *condition, bool weathers)
{
    const struct condition_node *found = NULL;

    for (size_t i = 0; i < condition->node_count; i++) {
        const struct condition_node *node = &condition->nodes[i];

        if (condition_is_constant(node, weathers))
            continue;
        if (found || figures[node->field].how != HOW_RATIO)
            return NULL;
        found = node;
    }
    return found;
}

size_t condition_least_weathers(const struct condition *condition,
                                const struct comparison *comparison)
{
    if (condition_is_known(condition))
        return 1;
    if (condition_lone_ratio(condition, true))
        return WEATHERS_LEAST;
    return weathers_least(STATISTICS_RESAMPLES, comparison_error(comparison));
}

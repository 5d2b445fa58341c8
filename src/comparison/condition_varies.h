#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "comparison/condition.h"

/*
 * condition_varies: what of a condition differs from run to run, or, where
 * there are several weathers, from weather to weather. Pure.
 */

/* Whether it is the same in each sample; `weathers`: there are several. */
bool condition_is_constant(const struct condition_node *node, bool weathers);

/* Whether no run tells of it, so that it is simply compared: numbers, counts
   and ideals, which are those of the weathers that were met. */
bool condition_is_known(const struct condition *condition);

/* The node of the condition that alone varies, if it is a ratio; NULL: it is
   none, or there are more. */
const struct condition_node *condition_lone_ratio(
    const struct condition *condition, bool weathers);

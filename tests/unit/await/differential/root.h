#pragma once

#include "scenario.h"

/*
 * root: what begins and ends every program. A coroutine, of a scenario with its
 * loop and its objects: it begins c0, lets a while pass, and cancels what is
 * left.
 */
int run_root(void *arg, aw_value *ret);

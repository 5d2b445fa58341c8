#pragma once

#include "country/codes.h"

/*
 * names: what the 194 countries are called, in the order of codes_all. UTF-8,
 * static; made from the metadata of the flags when the program is built.
 */
extern const char *const country_names[CODES_ALL];

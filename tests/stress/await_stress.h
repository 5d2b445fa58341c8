#pragma once

#include <stdio.h>
#include <stdlib.h>

/* A condition that must hold, also where asserts are off. */
#define require(condition)                                             \
    do {                                                               \
        if (!(condition)) {                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, \
                    #condition);                                       \
            abort();                                                   \
        }                                                              \
    } while (0)

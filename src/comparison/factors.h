#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * factors: what there is beside delays in a comparison with a server of ours:
 * of the weather, and of the work. Plain data; zero is none of them.
 */
struct compare_factors {
    int64_t size;        /* bytes of every image; 0: as the files are */
    int64_t bandwidth;   /* bytes a second, of a connection; 0: no bound */
    const char *connect; /* delay of connections, as it was typed; NULL: none */
    bool tls;
    int64_t work_us; /* that the client computes on each image */
};

/* Room for what they are in words. */
enum { FACTORS_TEXT_SIZE = 160 };

/* "images of 64.0 KiB, 100 KiB a second on each connection"; "": none. */
void factors_describe(const struct compare_factors *factors,
                      char text[FACTORS_TEXT_SIZE]);

/* Bodies that are smaller could not be images. */
enum { FACTORS_SIZE_LEAST = 64, FACTORS_SIZE_MOST = 1 << 30 };

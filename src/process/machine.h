#pragma once

/*
 * machine: what a measurement was made on, and when. Linux.
 */

enum { MACHINE_TEXT_SIZE = 160, MACHINE_TIME_SIZE = 32 };

struct machine {
    char text[MACHINE_TEXT_SIZE]; /* "2 x AMD EPYC 7B13, Linux 6.1.0 x86_64":
                                     the processors that we may use */
    char time[MACHINE_TIME_SIZE]; /* now, UTC, as RFC 3339 writes it */
    double load;                  /* average of the last minute; NAN: unknown */
    int processors;               /* that we may use */
};

/* What cannot be found out is left out. */
void machine_describe(struct machine *machine);

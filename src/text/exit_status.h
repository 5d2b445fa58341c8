#pragma once

/* The exit statuses that users and scripts see. */
enum exit_status {
    EXIT_STATUS_OK = 0,        /* everything asked for is in place */
    EXIT_STATUS_SOME = 1,      /* some downloads ended in error, some did not */
    EXIT_STATUS_USAGE = 2,     /* usage error, nobody was contacted */
    EXIT_STATUS_NOTHING = 3,   /* nothing is in place */
    EXIT_STATUS_NOT_FOUND = 4, /* something named was not found, no errors */
    EXIT_STATUS_LOCAL = 5,     /* local failure: directory, disk, output */
    EXIT_STATUS_CHECK = 6,     /* a check failed */
    EXIT_STATUS_DEADLINE = 7,  /* the deadline was reached with work left */
    EXIT_STATUS_SIGNAL = 128,  /* plus the number of the signal */
};

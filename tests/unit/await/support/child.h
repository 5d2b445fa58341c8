#pragma once

/*
 * child: run a function in a child process, and see how it ended and what it
 * wrote to stderr.
 */
struct child {
    int exit_status; /* -1: it was ended by a signal */
    int signal;      /* 0: it was not */
    char stderr_text[16384];
};

struct child child_run(int (*fn)(void));

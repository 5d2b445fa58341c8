#pragma once

#include <stdint.h>
#include <sys/types.h>

/*
 * run_delay: for how long the threads of a process that are there have been
 * ready to run and had no processor, in microseconds, as the kernel counts it
 * since their start (schedstat in /proc). -1: unknown.
 */
int64_t run_delay_us(pid_t process);

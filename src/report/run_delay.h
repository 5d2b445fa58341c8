#pragma once

#include <stdint.h>
#include <sys/types.h>

/*
 * run_delay: for how long threads have been ready to run and had no processor,
 * in microseconds, as the kernel counts it since their start (schedstat in
 * /proc). -1: unknown.
 */

/* The threads of a process that are there, all together. */
int64_t run_delay_us(pid_t process);

/* The calling thread. */
int64_t run_delay_own_us(void);

/* For how long any task of the machine, or of the container, has been waiting
   for a processor, likewise (/proc/pressure/cpu, "some", where the kernel
   counts that). */
int64_t cpu_pressure_us(void);

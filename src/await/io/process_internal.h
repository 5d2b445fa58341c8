#pragma once

#include "await/io/process.h"

/* Around what may wait: the memory stays meanwhile, whoever closes it. */
void aw__process_enter(aw_process *p);
void aw__process_leave(aw_process *p);

#pragma once

#include "schedule_plan.h"

/* Go through a plan with the schedule; write down what it does. */
void drive(const struct plan *plan, struct trace *trace);

#pragma once

#include "command/serve_options.h"

/*
 * serve_forecast: `--forecast`: what requests will meet, on standard output, in
 * place of a server. 0, or a negative errno value: nothing was said about it.
 */
int serve_forecast_print(const struct serve_settings *settings,
                         const struct serve_plan *plan);

/* Whether its options go together; as serve_plan_make(). */
int serve_forecast_check(const struct serve_settings *settings,
                         struct command_line *line);

#include "support/spawned.h"
#include "support/kit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

const aw_spawn_options pipes = {
    .standard = {{AW_PIPE, 0}, {AW_PIPE, 0}, {AW_PIPE, 0}}};

aw_process *start(const char *script, const aw_spawn_options *options)
{
    aw_process *p = NULL;

    expect_rc(aw_spawn(&p, (const char *[]){"sh", "-c", script, NULL}, options),
              0);
    return p;
}

int status_of(aw_process *p)
{
    int status = 999;

    expect_rc(aw_process_wait(p, &status), 0);
    return status;
}

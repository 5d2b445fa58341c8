#include "download/verdict.h"

#include "text/exit_status.h"

int verdict_status(const struct verdict *v)
{
    bool unexplained = v->cancelled > 0 && v->missing == 0;
    bool failed = v->failed > 0 || unexplained;

    if (v->local_failed)
        return EXIT_STATUS_LOCAL;
    if (v->deadline)
        return EXIT_STATUS_DEADLINE;
    if (v->check_failed)
        return EXIT_STATUS_CHECK;
    if (v->in_place == 0 && (failed || !v->any_named))
        return EXIT_STATUS_NOTHING;
    if (failed)
        return EXIT_STATUS_SOME;
    if (v->missing > 0)
        return EXIT_STATUS_NOT_FOUND;
    return EXIT_STATUS_OK;
}

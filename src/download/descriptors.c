#include "download/descriptors.h"

#include <sys/resource.h>

enum { DESCRIPTORS_BESIDE = 32 }; /* standard ones, the loop's, directories */

unsigned descriptors_fit(const struct downloader *strategy, unsigned wanted)
{
    const rlim_t each = strategy->descriptors;
    rlim_t needed = wanted * each + DESCRIPTORS_BESIDE;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= needed)
        return wanted;
    limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= needed)
        return wanted;
    if (limit.rlim_cur <= DESCRIPTORS_BESIDE + each)
        return 1;
    return (unsigned)((limit.rlim_cur - DESCRIPTORS_BESIDE) / each);
}

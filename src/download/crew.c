#include "download/crew.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

struct hand {
    struct crew *crew;
    unsigned number;
    pthread_t thread;
};

static void *run_hand(void *arg)
{
    struct hand *hand = arg;

    hand->crew->work(hand->crew->arg, hand->number);
    return NULL;
}

int crew_grow(struct crew *crew, unsigned count)
{
    sigset_t all;
    sigset_t before;
    int rc = 0;

    if (count > crew->most)
        count = crew->most;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (crew->count < count && rc == 0) {
        struct hand *hand = &crew->hands[crew->count];

        *hand = (struct hand){.crew = crew, .number = crew->count + 1};
        rc = -pthread_create(&hand->thread, NULL, run_hand, hand);
        crew->count += rc == 0;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

int crew_start(struct crew *crew, unsigned count, unsigned most,
               void (*work)(void *arg, unsigned number), void *arg)
{
    int rc;

    *crew = (struct crew){.most = most, .work = work, .arg = arg};
    crew->hands = calloc(most, sizeof(*crew->hands));
    if (!crew->hands)
        return -ENOMEM;
    rc = crew_grow(crew, count);
    if (crew->count > 0)
        return 0;
    free(crew->hands);
    return rc;
}

void crew_join(struct crew *crew)
{
    for (unsigned i = 0; i < crew->count; i++)
        pthread_join(crew->hands[i].thread, NULL);
    free(crew->hands);
}

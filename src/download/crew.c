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

int crew_open(struct crew *crew, unsigned most,
              void (*work)(void *arg, unsigned number), void *arg)
{
    *crew = (struct crew){.hands = calloc(most, sizeof(*crew->hands))};
    if (!crew->hands)
        return -ENOMEM;
    crew->work = work;
    crew->arg = arg;
    return 0;
}

int crew_grow(struct crew *crew, unsigned count)
{
    sigset_t all;
    sigset_t before;
    int rc = 0;

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

void crew_join(struct crew *crew)
{
    for (unsigned i = 0; i < crew->count; i++)
        pthread_join(crew->hands[i].thread, NULL);
    free(crew->hands);
}

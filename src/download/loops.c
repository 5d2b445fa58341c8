#include "download/loops.h"

#include <errno.h>
#include <stdlib.h>

#include "clock/clock.h"
#include "download/descriptors.h"
#include "download/downloader.h"
#include "download/processors.h"

enum {
    AUTO_MOST = 4,      /* loops, unless more are asked for */
    AUTO_STARTED = 256, /* attempts, before it is worth while to look */
    AUTO_BUSY = 80,     /* per cent of the time on a processor */
    LOOP_REQUESTS = 8,  /* as many descriptors as so many requests take */
};

/* How many attempts a part may have in flight. The parts' sum is max_req; none
   has nothing, for there are no more parts than that. */
static unsigned share_of(const struct loop_part *part)
{
    const struct loops *loops = part->loops;
    unsigned max_req = run_options(loops->run)->max_req;
    unsigned i = 0;

    while (loops->parts[i] != part)
        i++;
    return max_req / loops->shares + (i < max_req % loops->shares);
}

static void wake(struct loop_part *part)
{
    part->waiting = false;
    (void)uv_async_send(&part->alarm); /* fails for no other handle only */
}

/* Also those that have their share, which may be greater now. */
static void wake_everyone(struct loops *loops)
{
    for (unsigned i = 0; i < loops->count; i++)
        wake(loops->parts[i]);
}

/* Up to so many of those that wait. */
static void wake_waiting(struct loops *loops, unsigned most)
{
    for (unsigned i = 0; i < loops->count && most > 0; i++) {
        if (!loops->parts[i]->waiting)
            continue;
        wake(loops->parts[i]);
        most--;
    }
}

static void on_alarm(uv_async_t *alarm)
{
    struct loop_part *part = alarm->data;

    aw_event_set(part->changed);
}

/* A thread of the crew. */
static void work(void *arg, unsigned number)
{
    struct loops *loops = arg;

    (void)number;
    loops->run_loop(loops);
}

/* `count` further threads, or as many as can be had. Under the lock. */
static void grow(struct loops *loops, unsigned count)
{
    loops->grows = false;
    if (count == 0)
        return;
    descriptors_make_room(&downloader_async, run_options(loops->run)->max_req);
    if (crew_open(&loops->crew, count, work, loops) == 0)
        crew_grow(&loops->crew, count);
    loops->shares += loops->crew.count;
}

/* Whether this loop's thread has had a processor nearly all the time since the
   last question. While answers are slow, or processors few, it has not. */
static bool is_busy(struct loop_part *part)
{
    int64_t now_us = events_now_us(run_events(part->loops->run));
    int64_t passed_us = now_us - part->seen_us;
    int64_t cpu_us = clock_thread_us();
    bool busy = part->seen_cpu_us > 0 &&
                (cpu_us - part->seen_cpu_us) * 100 >= passed_us * AUTO_BUSY;

    part->seen_us = now_us;
    part->seen_cpu_us = cpu_us;
    return busy;
}

static void perhaps_grow(struct loop_part *part)
{
    struct loops *loops = part->loops;
    unsigned max_req = run_options(loops->run)->max_req;
    unsigned wanted;

    if (++loops->started % AUTO_STARTED > 0 || !is_busy(part) ||
        !processors_suffice())
        return;
    wanted = processors_count();
    grow(loops,
         loops_fit(max_req, wanted < AUTO_MOST ? wanted : AUTO_MOST) - 1);
}

unsigned loops_fit(unsigned max_req, unsigned wanted)
{
    if (wanted > max_req)
        wanted = max_req;
    while (wanted > 1 && descriptors_fit(&downloader_async,
                                         max_req + wanted * LOOP_REQUESTS) <
                             max_req + wanted * LOOP_REQUESTS)
        wanted--;
    return wanted;
}

int loops_open(struct loops *loops, struct run *run, unsigned count,
               void (*run_loop)(struct loops *loops))
{
    unsigned max_req = run_options(run)->max_req;
    unsigned *numbers = calloc(max_req, sizeof(*numbers));

    if (!numbers)
        return -ENOMEM;
    *loops = (struct loops){.lock = PTHREAD_MUTEX_INITIALIZER,
                            .run = run,
                            .run_loop = run_loop,
                            .grows = count == LOOPS_AUTO,
                            .shares = 1,
                            .numbers = numbers,
                            .free = max_req};
    for (unsigned i = 0; i < max_req; i++)
        numbers[i] = max_req - i;
    pthread_mutex_lock(&loops->lock); /* none begins before all are counted */
    if (count > 1)
        grow(loops, count - 1);
    pthread_mutex_unlock(&loops->lock);
    return 0;
}

int loops_close(struct loops *loops)
{
    crew_join(&loops->crew);
    pthread_mutex_destroy(&loops->lock);
    free(loops->numbers);
    if (loops->rc < 0 || loops->worked)
        return loops->rc;
    return loops->lack;
}

int loops_join(struct loops *loops, struct loop_part *part, aw_event *changed)
{
    int rc = uv_async_init(aw_loop_uv(aw_get_running_loop()), &part->alarm,
                           on_alarm);

    if (rc < 0)
        return rc;
    part->alarm.data = part;
    part->loops = loops;
    part->changed = changed;
    pthread_mutex_lock(&loops->lock);
    loops->parts[loops->count++] = part;
    loops->worked = true;
    pthread_mutex_unlock(&loops->lock);
    return 0;
}

void loops_leave(struct loop_part *part)
{
    struct loops *loops = part->loops;
    unsigned i = 0;

    pthread_mutex_lock(&loops->lock);
    while (loops->parts[i] != part)
        i++;
    loops->parts[i] = loops->parts[--loops->count];
    loops->shares--;
    wake_everyone(loops);
    pthread_mutex_unlock(&loops->lock);
    uv_close((uv_handle_t *)&part->alarm, NULL);
}

void loops_lack(struct loops *loops, int rc)
{
    pthread_mutex_lock(&loops->lock);
    loops->lack = rc;
    loops->shares--;
    wake_everyone(loops);
    pthread_mutex_unlock(&loops->lock);
}

void loops_fail(struct loops *loops, int rc)
{
    pthread_mutex_lock(&loops->lock);
    if (loops->rc == 0)
        loops->rc = rc;
    pthread_mutex_unlock(&loops->lock);
    run_stop(loops->run, STOP_LOCAL_FAILURE);
}

/* What this loop found changes what the others would find. */
static void tell(struct loop_part *part, enum next next)
{
    struct loops *loops = part->loops;

    switch (next) {
    case NEXT_START: /* perhaps there is more to start */
        wake_waiting(loops, 1);
        break;
    case NEXT_WAIT:
        part->waiting = true;
        break;
    case NEXT_FEED: /* whoever feeds looks again after it */
        break;
    case NEXT_FINISHED:
        wake_waiting(loops, LOOPS_MOST);
        break;
    }
}

enum next loops_next(struct loop_part *part, struct attempt *start,
                     int64_t *wait_until_us)
{
    struct loops *loops = part->loops;
    enum next next = NEXT_WAIT;

    pthread_mutex_lock(&loops->lock);
    part->waiting = false;
    part->share = share_of(part);
    part->shares = loops->shares;
    if (loops->shares == 1 || part->busy < part->share) {
        next = run_next(loops->run, start, wait_until_us);
        tell(part, next);
    } else { /* after an end of its own it looks again */
        *wait_until_us = SCHEDULE_FOREVER;
        wake_waiting(loops, 1);
    }
    if (next == NEXT_START) {
        start->worker = loops->numbers[--loops->free];
        part->busy++;
        if (loops->grows)
            perhaps_grow(part);
    }
    pthread_mutex_unlock(&loops->lock);
    return next;
}

void loops_done(struct loop_part *part, const struct attempt *attempt,
                const struct outcome *outcome)
{
    struct loops *loops = part->loops;

    pthread_mutex_lock(&loops->lock);
    run_done(loops->run, attempt, outcome);
    loops->numbers[loops->free++] = attempt->worker;
    part->busy--;
    pthread_mutex_unlock(&loops->lock);
}

void loops_filled(struct loop_part *part, int rc)
{
    struct loops *loops = part->loops;

    pthread_mutex_lock(&loops->lock);
    run_filled(loops->run, rc);
    wake_waiting(loops, LOOPS_MOST);
    pthread_mutex_unlock(&loops->lock);
}

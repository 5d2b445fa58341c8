#include "await/internal.h"

/*
 * park: a task suspended on a node of its own stack, with the three states of
 * a future and, like one, a queue entry between the decision and the wake-up,
 * so that turns are what they would be with a future.
 */

static struct park *park_of(struct wait *wait)
{
    return container_of(wait, struct park, wait);
}

static void wake(struct park *park)
{
    aw__loop_append(park->task->future.loop, &park->entry);
}

static bool cancel_park(struct wait *wait)
{
    struct park *park = park_of(wait);

    if (park->state != PARK_PENDING)
        return false;
    park->state = PARK_CANCELLED;
    wake(park);
    return true;
}

void aw__park_abandon(struct wait *wait)
{
    struct park *park = park_of(wait);

    link_remove(&park->link);
    link_remove(&park->entry.link);
    if (park->limit)
        aw__alarm_clear(park->task->future.loop, park->limit);
}

static void run_park(aw_loop *loop, struct entry *entry)
{
    (void)loop;
    aw__task_step(container_of(entry, struct park, entry)->task);
}

static void discard_park(struct entry *entry)
{
    (void)entry; /* abandoned before */
}

static const struct entry_class park_class = {run_park, discard_park};

void aw__park_init(struct park *park, struct task *task)
{
    *park = (struct park){.wait = {NULL, cancel_park, aw__park_abandon, NULL},
                          .task = task,
                          .entry.class = &park_class};
}

void aw__park_decide(struct park *park)
{
    if (park->state != PARK_PENDING)
        return;
    park->state = PARK_DECIDED;
    wake(park);
}

int aw__park_wait(struct park *park)
{
    int rc = aw__task_suspend(park->task, &park->wait);

    link_remove(&park->link);
    if (rc < 0 || park->state == PARK_CANCELLED)
        return AW_ECANCELED;
    return 0;
}

/* With a limit. */

struct limited_park {
    struct park *park;
    struct alarm alarm;
    bool expired;
};

static void run_limit(aw_loop *loop, struct entry *entry)
{
    struct alarm *alarm = container_of(entry, struct alarm, entry);
    struct limited_park *limited =
        container_of(alarm, struct limited_park, alarm);

    (void)loop;
    if (limited->park->state != PARK_PENDING)
        return;
    limited->expired = true;
    aw__park_decide(limited->park);
}

static const struct entry_class limit_class = {run_limit, discard_park};

int aw__park_wait_until(struct park *park, int64_t deadline_ns)
{
    aw_loop *loop = park->task->future.loop;
    struct limited_park limited = {.park = park,
                                   .alarm.entry.class = &limit_class};
    int rc;

    if (deadline_ns == TIMERS_NEVER)
        return aw__park_wait(park);
    park->limit = &limited.alarm;
    aw__alarm_set(loop, &limited.alarm, deadline_ns);
    rc = aw__park_wait(park);
    park->limit = NULL;
    aw__alarm_clear(loop, &limited.alarm);
    if (rc == 0 && limited.expired)
        return AW_ETIMEDOUT;
    return rc;
}

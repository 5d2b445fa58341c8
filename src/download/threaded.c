#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "download/download_one.h"
#include "download/downloader.h"

enum { DESCRIPTORS_BESIDE = 32 }; /* those of the workers */

/*
 * A pool of threads around one run. The lock guards the run and nothing else:
 * no thread holds it while it transfers.
 */
struct pool {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* there is something to start, or to stop for */
    unsigned waiting;       /* workers on that condition */
    sem_t attention;        /* for the main thread: a stop, or a worker's end */
    unsigned working;       /* workers that have not ended */
    struct run *run;
    const struct download_options *options;
};

struct worker {
    struct pool *pool;
    unsigned number; /* from 1 */
    pthread_t thread;
    struct transfer *transfer;
    struct way_blocking blocking;
};

/* With the lock held, as it is again on return. */
static void download(struct worker *worker, struct attempt *attempt)
{
    struct pool *pool = worker->pool;
    struct outcome outcome;

    pthread_mutex_unlock(&pool->lock);
    attempt->worker = worker->number;
    outcome = download_one(attempt, &worker->blocking.way, pool->options,
                           run_events(pool->run));
    pthread_mutex_lock(&pool->lock);
    run_done(pool->run, attempt, &outcome);
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct pool *pool = worker->pool;
    struct attempt attempt;
    int64_t wait_until_us;
    enum next next;

    pthread_mutex_lock(&pool->lock);
    while ((next = run_next(pool->run, &attempt, &wait_until_us)) !=
           NEXT_FINISHED) {
        if (next == NEXT_START) {
            /* Perhaps there is more to start: one at a time is woken up to
               look. That an attempt is done wakes nobody, for its own worker
               looks next. */
            if (pool->waiting > 0)
                pthread_cond_signal(&pool->changed);
            download(worker, &attempt);
        } else {
            pool->waiting++;
            pthread_cond_wait(&pool->changed, &pool->lock);
            pool->waiting--;
        }
    }
    pthread_cond_broadcast(&pool->changed); /* all others finish, too */
    pool->working--;
    pthread_mutex_unlock(&pool->lock);
    sem_post(&pool->attention);
    return NULL;
}

/* sem_post() is what a signal handler may call. */
static void call_attention(void *arg)
{
    struct pool *pool = arg;

    sem_post(&pool->attention);
}

/* Workers block all signals: those of the program go to the main thread, and
   no transfer is cut short by one. */
static int start_worker(struct worker *worker)
{
    sigset_t all;
    sigset_t before;
    int error;

    worker->transfer = transfer_new(&worker->pool->options->transfer);
    if (!worker->transfer)
        return -ENOMEM;
    way_blocking_init(&worker->blocking, worker->transfer,
                      run_stop_flag(worker->pool->run));
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&worker->thread, NULL, work, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0)
        transfer_free(worker->transfer);
    return -error;
}

/* Wait until all have ended, waking up those that wait when the run is to
   stop. */
static void watch(struct pool *pool)
{
    bool working = true;

    while (working) {
        /* Interrupted by a signal: its handler may have stopped the run, so
           look, too. */
        sem_wait(&pool->attention);
        pthread_mutex_lock(&pool->lock);
        pthread_cond_broadcast(&pool->changed);
        working = pool->working > 0;
        pthread_mutex_unlock(&pool->lock);
    }
}

/*
 * Have room for the descriptors of all workers while there is one thread only.
 * Linux grows the table of a process with several, from 64 on each time to
 * twice the size, after it has waited for an RCU grace period (expand_fdtable()
 * in fs/file.c): the worker that happens to ask waits for more than 10 ms.
 * Where the limit of descriptors is lower, things stay as they are.
 */
static void make_room(unsigned workers)
{
    int far =
        (int)(workers * downloader_threaded.descriptors + DESCRIPTORS_BESIDE);
    int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, far);

    if (fd >= 0)
        close(fd);
}

/* Start the workers, wait for them, and clean up after them. */
static int employ(struct pool *pool, struct worker *workers, unsigned count)
{
    unsigned started = 0;
    int rc = 0;

    make_room(count);
    run_on_stop(pool->run, call_attention, pool);
    pthread_mutex_lock(&pool->lock); /* nobody works before all are counted */
    while (started < count && rc == 0) {
        workers[started] = (struct worker){.pool = pool, .number = started + 1};
        rc = start_worker(&workers[started]);
        started += rc == 0;
    }
    pool->working = started;
    if (rc < 0)
        run_stop(pool->run, STOP_LOCAL_FAILURE);
    pthread_mutex_unlock(&pool->lock);
    if (started > 0)
        watch(pool);
    for (unsigned i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        transfer_free(workers[i].transfer);
    }
    run_on_stop(pool->run, NULL, NULL);
    return rc;
}

static int run_threaded(struct run *run, const struct download_options *options)
{
    struct pool pool = {.run = run, .options = options};
    struct worker *workers = calloc(options->max_req, sizeof(*workers));
    int rc;

    if (!workers)
        return -ENOMEM;
    rc = -pthread_mutex_init(&pool.lock, NULL);
    if (rc < 0)
        goto free_workers;
    rc = -pthread_cond_init(&pool.changed, NULL);
    if (rc < 0)
        goto destroy_lock;
    if (sem_init(&pool.attention, 0, 0) < 0) {
        rc = -errno;
        goto destroy_condition;
    }
    rc = employ(&pool, workers, options->max_req);
    sem_destroy(&pool.attention);
destroy_condition:
    pthread_cond_destroy(&pool.changed);
destroy_lock:
    pthread_mutex_destroy(&pool.lock);
free_workers:
    free(workers);
    return rc;
}

const struct downloader downloader_threaded = {
    .name = "threaded",
    .default_max_req = 30,
    .greatest_max_req = 1000,
    .descriptors = 4, /* each easy handle wakes itself up through a pair */
    .run = run_threaded,
};

#include <await/await.h>
#include <cstdio>
#include <exception>

/*
 * Coroutines that await in a catch block, and go on there in another order than
 * they came: what they rethrow is what they caught.
 */

static const int COUNT = 8;

static int rethrow(int thrown)
{
    try {
        throw;
    } catch (int caught) {
        return caught == thrown && std::uncaught_exceptions() == 0 ? 0
                                                                   : AW_EUSER;
    }
}

static int catch_and_sleep(void *arg, aw_value *)
{
    int thrown = *static_cast<int *>(arg);

    try {
        throw thrown;
    } catch (int) {
        int rc = aw_sleep(0.001 * (thrown * 3 % COUNT + 1));

        if (rc < 0)
            return rc;
        return rethrow(thrown);
    }
}

static int main_task(void *, aw_value *)
{
    int numbers[COUNT];
    aw_awaitable xs[COUNT];

    for (int i = 0; i < COUNT; i++) {
        numbers[i] = i;
        xs[i] = aw_any(aw_call(catch_and_sleep, &numbers[i]));
    }
    return aw_await(aw_give(aw_gather(xs, COUNT, 0)), NULL);
}

static int escape(void *, aw_value *)
{
    throw 1;
}

int main(int argc, char **)
{
    if (argc > 1) {
        try {
            return aw_run(aw_call(escape, NULL), NULL, NULL);
        } catch (int) {
            return 3; /* it must not come here */
        }
    }
    if (aw_run(aw_call(main_task, NULL), NULL, NULL) < 0)
        return 1;
    std::puts("each caught its own");
    return 0;
}

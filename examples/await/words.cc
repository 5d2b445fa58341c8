/*
 * C++: scopes that let go by themselves, lambdas as coroutines, exceptions that
 * end at a coroutine's edge, where they become codes.
 */
#include <await/await.h>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace
{

struct Failure : std::runtime_error {
    int code;
    explicit Failure(int c) : std::runtime_error(aw_strerror(c)), code(c)
    {
    }
};

void check(int rc)
{
    if (rc < 0)
        throw Failure(rc);
}

using Body = std::function<void()>;

/* The coroutine's function: no exception leaves it. */
int run_body(void *arg, aw_value *)
{
    try {
        (*static_cast<Body *>(arg))();
        return 0;
    } catch (const Failure &failure) {
        return failure.code; /* AW_ECANCELED is passed on like this, too */
    } catch (const std::bad_alloc &) {
        return AW_ENOMEM;
    } catch (...) {
        return AW_EUSER;
    }
}

/* The function object goes with the coroutine: dropped once, in any case. */
aw_coro coroutine(Body body)
{
    return aw_call_own(run_body, new Body(std::move(body)),
                       [](void *arg) { delete static_cast<Body *>(arg); });
}

class Lock
{
    aw_lock *lock_;

  public:
    explicit Lock(aw_lock &lock) : lock_(&lock)
    {
        check(aw_lock_acquire(lock_));
    }
    ~Lock()
    {
        aw_lock_release(lock_);
    }
    Lock(const Lock &) = delete;
    Lock &operator=(const Lock &) = delete;
};

struct Unref {
    void operator()(aw_future *future) const
    {
        aw_unref(future);
    }
};
using Future = std::unique_ptr<aw_future, Unref>;

void say(aw_lock &mouth, const std::string &word, double pause)
{
    check(aw_sleep(pause));
    Lock lock(mouth); /* one word at once, whoever began first */
    for (char letter : word) {
        std::putchar(letter);
        check(aw_sleep(0.01));
    }
    std::putchar('\n');
    if (word == "three")
        throw std::logic_error("three is one too many");
}

void all_words()
{
    aw_lock mouth = {};
    std::vector<Future> tasks;

    for (const char *word : {"three", "one", "two"}) {
        double pause = 0.001 * static_cast<double>(word[0] == 'o'   ? 1
                                                   : word[1] == 'w' ? 2
                                                                    : 3);
        tasks.emplace_back(aw_create_task(
            nullptr,
            coroutine([&mouth, word, pause] { say(mouth, word, pause); })));
    }
    for (auto &task : tasks)
        if (int rc = aw_await(task.get(), nullptr))
            std::printf("a task failed: %s\n",
                        rc == AW_EUSER ? "by an exception" : aw_strerror(rc));
}

} // namespace

int main()
{
    aw_loop_options options = {};

    options.virtual_clock = true;
    return aw_run(coroutine(all_words), nullptr, &options) < 0;
}

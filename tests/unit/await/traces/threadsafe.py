"""What run_coroutine_threadsafe() does, by CPython 3.11: prints the trace
82_run_coroutine_threadsafe.trace, which trace_threadsafe.c must print. The
thread waits for what it waits for, never for a while."""
import asyncio
import concurrent.futures
import threading


def ev(*parts):
    print(*(str(x).lower() if isinstance(x, bool) else x for x in parts),
          flush=True)


class AppError(Exception):
    pass


def outcome(future, limit=None):
    try:
        return f"value {future.result(limit)}"
    except concurrent.futures.CancelledError:
        return "cancelled"
    except TimeoutError:
        return "timeout"
    except AppError as error:
        return f"error {error.args[0]}"


async def give(value):
    await asyncio.sleep(0.001)
    return value


async def fail(number):
    await asyncio.sleep(0)
    raise AppError(number)


async def wait(name, begun, ended, answer):
    ev(name, "begins")
    begun.set()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        ev(name, "is cancelled")
        if answer == "pass on":
            raise
        if answer == "fail":
            raise AppError(3)
        return answer
    finally:
        ended.set()


async def cancel_oneself():
    asyncio.current_task().cancel()
    await asyncio.sleep(0)


async def hold(held, go):
    held.set()
    go.wait()


async def name_of_task():
    return asyncio.current_task().get_name()


def cancel_while_it_waits(submit, name, answer):
    begun, ended = threading.Event(), threading.Event()
    future = submit(wait(name, begun, ended, answer))
    begun.wait()
    ev("limit", outcome(future, 0))
    told = future.cancel(), outcome(future)
    ended.wait()
    ev("cancel", *told)
    ev("again", future.cancel(), outcome(future))


def cancel_before_it_begins(submit):
    held, go = threading.Event(), threading.Event()
    begun, ended = threading.Event(), threading.Event()
    holder = submit(hold(held, go))
    held.wait()
    future = submit(wait("early", begun, ended, "pass on"))
    ev("cancel", future.cancel())
    go.set()
    ended.wait()
    ev(outcome(future))
    holder.result()


def in_thread(loop):
    def submit(coro):
        return asyncio.run_coroutine_threadsafe(coro, loop)

    ev(outcome(submit(give("A"))))
    ev(outcome(submit(fail(7))))
    future = submit(give("B"))
    ev(outcome(future))
    ev("done", future.cancel(), outcome(future))
    ev(outcome(submit(cancel_oneself())))
    cancel_while_it_waits(submit, "polite", "pass on")
    cancel_while_it_waits(submit, "stubborn", "C")
    cancel_while_it_waits(submit, "broken", "fail")
    cancel_before_it_begins(submit)
    ev(outcome(submit(name_of_task())).startswith("value Task-"))


async def main():
    unread = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: unread.append(context["exception"].args[0]))
    await asyncio.to_thread(in_thread, asyncio.get_running_loop())
    ev("left", len(asyncio.all_tasks()), "never retrieved:", *unread)


asyncio.run(main())

"""What eager_task_factory() does, by CPython 3.12 or newer: prints the trace
84_eager.trace, which trace_eager.c must print."""
import asyncio
import itertools


def ev(*parts):
    print(*(str(x).lower() if isinstance(x, bool) else x for x in parts))


class AppError(Exception):
    pass


def current():
    task = asyncio.current_task()
    return task.get_name() if task else "none"


def callback(text):
    asyncio.get_running_loop().call_soon(ev, text)


async def finish(name):
    ev(name, "runs in", current())
    return name


async def fail(number):
    raise AppError(number)


async def pause(name):
    ev(name, "begins in", current())
    await asyncio.sleep(0)
    ev(name, "goes on in", current())
    return name


def create(coroutine):
    task = asyncio.get_running_loop().create_task(coroutine)
    task.set_name(names.get(task, "plain"))  # create_task() has set its own
    return task


def told(task):
    if not task.done():
        return "pending"
    if task.cancelled():
        return "cancelled"
    error = task.exception()
    return f"error {error.args[0]}" if error else f"value {task.result()}"


async def outcome(task):
    try:
        return f"value {await task}"
    except asyncio.CancelledError:
        return "cancelled"
    except AppError as error:
        return f"error {error.args[0]}"


async def without_suspending():
    callback("a turn")
    task = create(finish("a"))
    ev("created", told(task), "current", current())
    ev("failed", told(create(fail(7))))
    task.add_done_callback(lambda _: ev("told of a"))
    ev("awaited", await outcome(task))
    await asyncio.sleep(0)


async def suspending():
    callback("a turn")
    first, second = create(pause("b")), create(pause("c"))
    ev("created", told(first), told(second), "current", current())
    callback("another turn")
    ev("awaited", await outcome(first), await outcome(second))


async def outer():
    ev("outer begins in", current())
    task = create(pause("inner"))
    ev("outer has created inner, current", current())
    ev("outer has", await task)
    return "outer"


async def nested():
    task = create(outer())
    ev("nested, current", current(), told(task))
    ev("awaited", await outcome(task))


async def cancel_oneself(name, suspends):
    ev(name, "asks itself", asyncio.current_task().cancel())
    if suspends:
        try:
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            ev(name, "is cancelled")
            raise
    return name


async def cancelling():
    for suspends in False, True:
        task = create(cancel_oneself("d", suspends))
        ev("created", told(task))
        ev("awaited", await outcome(task))
    task = create(pause("e"))
    ev("asked", task.cancel())
    ev("awaited", await outcome(task))


async def cancel_creator(task):
    ev("its creator is asked", task.cancel())


async def by_the_created():
    create(cancel_creator(asyncio.current_task()))
    ev("goes on")
    try:
        await asyncio.sleep(0)
    except asyncio.CancelledError:
        ev("meets it here")
        asyncio.current_task().uncancel()


async def wait_for_creator(task):
    ev("waits for its creator")
    return await task


async def creator():
    task = create(wait_for_creator(asyncio.current_task()))
    await asyncio.sleep(0)
    ev("creator ends,", told(task))
    callback("a turn")
    create(report(task))
    return "creator"


async def report(task):
    ev("the other", await outcome(task))


async def awaiting_the_creator():
    task = create(creator())
    ev("awaited", await outcome(task))
    for _ in range(3):
        await asyncio.sleep(0)


async def limited():
    try:
        async with asyncio.timeout(0.02):
            await create(sleep_long("f"))
    except TimeoutError:
        ev("timeout")


async def sleep_long(name):
    try:
        await asyncio.sleep(50)
    except asyncio.CancelledError:
        ev(name, "is cancelled, in", current())
        raise


async def listed():
    def number():
        return len(asyncio.all_tasks())

    async def count():
        ev("within", number())
        await asyncio.sleep(0)
        ev("later", number())

    ev("before", number())
    task = create(count())
    ev("after", number())
    await task
    ev("in the end", number())


async def from_a_callback():
    done = asyncio.Event()

    def start():
        ev("callback, current", current())
        task = create(pause("g"))
        ev("callback, current", current(), told(task))
        task.add_done_callback(lambda _: done.set())

    asyncio.get_running_loop().call_soon(start)
    await done.wait()


async def main():
    loop = asyncio.get_running_loop()
    asyncio.current_task().set_name("main")
    loop.set_task_factory(named_factory)
    for part in (without_suspending, suspending, nested, cancelling,
                 by_the_created, awaiting_the_creator, limited, listed,
                 from_a_callback):
        ev("--", part.__name__)
        await part()
    loop.set_task_factory(None)
    task = create(finish("last"))
    ev("created", told(task))
    ev("awaited", await outcome(task))


def named_factory(loop, coroutine, **options):
    """Names are the same everywhere: eager-1, eager-2, ..."""
    name = f"eager-{next(numbers)}"
    task = asyncio.eager_task_factory(loop, coroutine,
                                      **{**options, "name": name})
    names[task] = name
    return task


names = {}
numbers = itertools.count(1)

if __name__ == "__main__":
    before = asyncio.new_event_loop()
    before.set_task_factory(named_factory)
    early = before.create_task(finish("early"))
    early.set_name("early")
    ev("where no loop runs", told(early))
    before.run_until_complete(early)
    before.close()
    asyncio.run(main())

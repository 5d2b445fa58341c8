"""Which turn of the loop each thing happens in, by CPython 3.11.

Prints the traces turns_*.trace, which the C scenarios of the same names must
print: python3 turns.py NAME > turns_NAME.trace. A ticker counts the turns and
stands in front of each line.
"""
import asyncio
import sys


class VirtualLoop(asyncio.SelectorEventLoop):
    """Skips its idle time."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        select = self._selector.select

        def skip(timeout):
            events = select(0)
            if not events and timeout:
                self.now += timeout
            return events

        self._selector.select = skip

    def time(self):
        return self.now


turn = 0
ticking = False


def tick():
    global turn
    turn += 1
    if ticking:
        asyncio.get_running_loop().call_soon(tick)


def start():
    """Count turns from here."""
    global turn, ticking
    turn, ticking = 0, True
    asyncio.get_running_loop().call_soon(tick)


def stop():
    global ticking
    ticking = False


def text(x):
    """As the C scenarios write it."""
    if isinstance(x, (list, tuple)):
        return "[" + " ".join(map(text, x)) + "]"
    return str(x).lower() if x is None or isinstance(x, bool) else str(x)


def ev(*parts):
    print(f"{turn}:", *map(text, parts))


class AppError(Exception):
    pass


async def outcome(aw):
    try:
        return f"value {text(await aw)}"
    except asyncio.CancelledError:
        return "cancelled"
    except TimeoutError:
        return "timeout"
    except AppError as error:
        return f"error {error}"


async def turns(n):
    for _ in range(n):
        await asyncio.sleep(0)


async def steps(name, n, error=None):
    """Take n turns, then end; told of a cancellation, pass it on."""
    try:
        await turns(n)
    except asyncio.CancelledError:
        ev(name, "told")
        raise
    ev(name, "ends")
    if error:
        raise AppError(error)
    return name


async def cleaning(name, n):
    """Wait for ever; cancelled, take n turns to clean up."""
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        ev(name, "told")
        await turns(n)
        ev(name, "over")


async def awaiting(name, aw):
    ev(name, await outcome(aw))


async def waiting(name, t, timeout=None):
    try:
        done, _ = await asyncio.wait([t], timeout=timeout)
        ev(name, len(done))
    except asyncio.CancelledError:
        ev(name, "cancelled")
        raise


def task(coro):
    return asyncio.create_task(coro)


def tell(name):
    return lambda _: ev(name)


# future

async def chain():
    f = asyncio.get_running_loop().create_future()
    inner = task(awaiting("inner", f))
    outer = task(awaiting("outer", inner))
    f.add_done_callback(tell("callback of f"))
    inner.add_done_callback(tell("callback of inner"))
    await turns(2)
    start()
    f.set_result("v")
    ev("set")
    await outer
    ev("main")


async def cancel_chain():
    f = asyncio.get_running_loop().create_future()
    inner = task(awaiting("inner", f))
    outer = task(awaiting("outer", inner))
    await turns(2)
    start()
    ev("cancel", outer.cancel())
    await outer
    ev("main", f.cancelled())


async def cancel_started_or_not():
    a = task(steps("a", 9))
    await turns(2)
    b = task(steps("b", 9))
    a.add_done_callback(tell("a done"))
    b.add_done_callback(tell("b done"))
    start()
    a.cancel()
    b.cancel()
    ev("asked")
    await turns(4)


async def places():
    sem = asyncio.Semaphore(1)
    event = asyncio.Event()

    async def guest(name):
        async with sem:
            ev(name, "in")
            await turns(1)
            ev(name, "out")

    async def listener(name):
        await event.wait()
        ev(name, "woken")

    ts = [task(guest(n)) for n in "abc"] + [task(listener(n)) for n in "xy"]
    start()
    await turns(2)
    event.set()
    ev("set")
    await event.wait()
    ev("main passes")
    for t in ts:
        await t
    ev("main")


async def chosen_and_cancelled():
    sem = asyncio.Semaphore(0)

    async def guest(name):
        await outcome_of_acquire(name, sem)

    ts = [task(guest(n)) for n in "abc"]
    await turns(1)
    start()
    sem.release()
    ts[0].cancel()
    ev("released")
    await turns(3)
    ts[2].cancel()
    sem.release()
    ev("again")
    await turns(3)
    ev("locked", sem.locked())


async def outcome_of_acquire(name, sem):
    try:
        await sem.acquire()
        ev(name, "in")
    except asyncio.CancelledError:
        ev(name, "cancelled")
        raise


def due(n):
    """The same turn for all, in order: CPython leaves equal deadlines open."""
    return 1 + n * 1e-13


async def timer_and_sleeper():
    loop = asyncio.get_running_loop()
    loop.call_later(due(0), start)
    loop.call_later(due(1), ev, "timer")
    t = task(awaiting("sleeper", asyncio.sleep(due(2), "v")))
    u = task(waiting("waiter", t, due(3)))
    await turns(1)
    await asyncio.sleep(due(4))
    ev("main")
    await t
    ev("end", u.done())


# combine

async def gather_values():
    g = asyncio.gather(steps("a", 3), steps("b", 1), steps("c", 2))
    start()
    g.add_done_callback(tell("gather done"))
    ev(await g)
    g = asyncio.gather(g, g)
    ev(await g)


async def gather_error():
    g = asyncio.gather(steps("a", 3), steps("b", 1, 7), steps("c", 2, 8))
    start()
    ev(await outcome(g))
    await turns(4)


async def gather_cancel(return_exceptions):
    members = [task(cleaning("a", 3)), task(cleaning("b", 1))]
    g = asyncio.gather(*members, return_exceptions=return_exceptions)
    w = task(awaiting("waiter", g))
    await turns(2)
    start()
    ev("cancel", w.cancel())
    await w
    ev("main", [m.done() for m in members])
    await asyncio.wait(members)


async def gather_too_late():
    """All members are done, but the gather has not heard of it."""
    f = asyncio.get_running_loop().create_future()
    g = asyncio.gather(f)
    w = task(awaiting("waiter", g))
    await turns(2)
    start()
    f.set_result("v")
    ev("cancel gather", g.cancel())
    ev("cancel waiter", w.cancel())
    await w
    ev("gather", await outcome(g))


async def wait_turns(mode):
    ts = [task(steps("a", 1)), task(steps("b", 2, 5)), task(steps("c", 4))]
    start()
    done, pending = await asyncio.wait(ts, return_when=mode)
    ev(len(done), len(pending))
    done, pending = await asyncio.wait(ts)
    ev(len(done), len(pending))
    await asyncio.wait(ts)
    ev("main")
    stop()
    await outcome(ts[1])


async def wait_cancel():
    t = task(steps("a", 9))
    w = task(waiting("waiter", t))
    await turns(2)
    start()
    w.cancel()
    await outcome(w)
    ev("main", t.done())
    stop()
    await t


async def completed_turns():
    ts = [task(steps("a", 3)), task(steps("b", 1, 5)), task(steps("c", 1))]
    start()
    for f in asyncio.as_completed(ts):
        ev("got", await outcome(f))


async def shield_turns():
    loop = asyncio.get_running_loop()
    for decide in ("value", "cancel inner", "cancel outer"):
        f = loop.create_future()
        w = task(awaiting("waiter", asyncio.shield(f)))
        await turns(2)
        start()
        if decide == "value":
            f.set_result("v")
        elif decide == "cancel inner":
            f.cancel()
        else:
            w.cancel()
        await w
        ev("main", decide, f.done())
        stop()
        await turns(2)


# scope

async def group_ends():
    async with asyncio.TaskGroup() as g:
        a = g.create_task(steps("a", 2))
        g.create_task(steps("b", 1))
        a.add_done_callback(tell("a done"))
        start()
        ev("body ends")
    ev("left")


async def group_fails(leaving):
    async def body():
        async with asyncio.TaskGroup() as g:
            g.create_task(cleaning("sibling", 2))
            g.create_task(steps("bad", 2, 5))
            start()
            if not leaving:
                try:
                    await asyncio.get_running_loop().create_future()
                finally:
                    ev("body told")
            ev("never" if not leaving else "leaving")
    try:
        await body()
    except* AppError as errors:
        ev("left", [str(e) for e in errors.exceptions])


async def group_cancelled():
    async def body():
        async with asyncio.TaskGroup() as g:
            g.create_task(cleaning("a", 1))
            g.create_task(cleaning("b", 2))
    t = task(awaiting("body", body()))
    await turns(3)
    start()
    ev("cancel", t.cancel())
    await t
    ev("main", t.cancelling())


async def timeout_turns():
    loop = asyncio.get_running_loop()
    f = loop.create_future()
    loop.call_later(due(0), start)

    async def body():
        async with asyncio.timeout(due(1)):
            try:
                await f
            finally:
                ev("told", asyncio.current_task().cancelling())
                await turns(1)
    w = task(awaiting("body", body()))
    await turns(1)
    await asyncio.sleep(due(2))
    ev("main")
    await w
    ev("end", f.cancelled())


async def timeout_past():
    start()
    for when in (0, -1):
        try:
            async with asyncio.timeout(when):
                ev("in")
                await turns(1)
                ev("never")
        except TimeoutError:
            ev("timeout", asyncio.current_task().cancelling())
    async with asyncio.timeout(0):
        ev("in and out")
    await turns(2)
    ev("main")


SCENARIOS = {
    "future": [chain, cancel_chain, cancel_started_or_not, places, chosen_and_cancelled,
               timer_and_sleeper],
    "combine": [gather_values, gather_error,
                ("gather_cancel", lambda: gather_cancel(False)),
                ("gather_cancel_errors", lambda: gather_cancel(True)),
                gather_too_late,
                ("wait_first", lambda: wait_turns(asyncio.FIRST_COMPLETED)),
                ("wait_error", lambda: wait_turns(asyncio.FIRST_EXCEPTION)),
                ("wait_all", lambda: wait_turns(asyncio.ALL_COMPLETED)),
                wait_cancel, completed_turns, shield_turns],
    "scope": [group_ends, ("group_fails", lambda: group_fails(False)),
              ("group_fails_leaving", lambda: group_fails(True)),
              group_cancelled, timeout_turns, timeout_past],
}


async def main(scenario):
    try:
        await scenario()
    finally:
        stop()


for scenario in SCENARIOS[sys.argv[1]]:
    name, scenario = scenario if isinstance(scenario, tuple) else (scenario.__name__, scenario)
    turn, ticking = 0, False
    print(f"-- {name}")
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(main(scenario))
    loop.close()

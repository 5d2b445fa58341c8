"""Prints turns_combine.trace (turns.py)."""
import asyncio

from ticker import (awaiting, cleaning, ev, outcome, start, steps, stop, task,
                    tell, turns, waiting)


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


SCENARIOS = [
    gather_values, gather_error,
    ("gather_cancel", lambda: gather_cancel(False)),
    ("gather_cancel_errors", lambda: gather_cancel(True)),
    gather_too_late,
    ("wait_first", lambda: wait_turns(asyncio.FIRST_COMPLETED)),
    ("wait_error", lambda: wait_turns(asyncio.FIRST_EXCEPTION)),
    ("wait_all", lambda: wait_turns(asyncio.ALL_COMPLETED)),
    wait_cancel, completed_turns, shield_turns]

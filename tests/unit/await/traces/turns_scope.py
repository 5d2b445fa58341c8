"""Prints turns_scope.trace (turns.py)."""
import asyncio

from adapted import InOrder
from ticker import (AppError, awaiting, cleaning, due, ev, start, steps, task,
                    tell, turns)


class Group(asyncio.TaskGroup):
    """Tells its members in the order of their creation, as the runtime does;
    CPython goes through a set."""

    def __init__(self):
        super().__init__()
        self._tasks = InOrder()


async def group_ends():
    async with Group() as g:
        a = g.create_task(steps("a", 2))
        g.create_task(steps("b", 1))
        a.add_done_callback(tell("a done"))
        start()
        ev("body ends")
    ev("left")


async def group_fails(leaving):
    async def body():
        async with Group() as g:
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
        async with Group() as g:
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


SCENARIOS = [
    group_ends, ("group_fails", lambda: group_fails(False)),
    ("group_fails_leaving", lambda: group_fails(True)),
    group_cancelled, timeout_turns, timeout_past]

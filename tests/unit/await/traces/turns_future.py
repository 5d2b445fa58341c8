"""Prints turns_future.trace (turns.py)."""
import asyncio

from ticker import (awaiting, due, ev, start, steps, task, tell, turns,
                    waiting)


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


SCENARIOS = [
    chain, cancel_chain, cancel_started_or_not, places, chosen_and_cancelled,
    timer_and_sleeper]

"""Counts the turns of a loop: what the scenarios turns_*.py consist of.

A ticker counts the turns and stands in front of each line.
"""
import asyncio


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


def begin(name):
    """The next scenario, which counts from its own start."""
    global turn
    turn = 0
    stop()
    print(f"-- {name}")


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


def due(n):
    """The same turn for all, in order: CPython leaves equal deadlines open."""
    return 1 + n * 1e-13

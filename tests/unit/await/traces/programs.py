"""Random programs of tasks, and what CPython 3.11 makes of them.

  python3 programs.py SEED COUNT > programs.trace

replay.c runs the same programs, and must print the same lines. In one half of
them a ticker counts the turns, and each line begins with the number of its
turn; the others have timers, and the lines begin with the time. A program is a
few scripts; each of the first is a task, the rest are members of
groups. An operation is "name arguments policy;": with policy p an error or a
cancellation ends the script, with s it goes on. Things are numbers: futures
from 0, tasks from 10.
"""
import asyncio
import random
import sys

FUTURES, TASKS, MEMBERS, TURNS, UNIT = 3, 4, 2, 30, 1e-3


class AppError(Exception):
    def __init__(self, number):
        super().__init__(number)
        self.number = number


class Refused(Exception):
    pass


class Ordered(dict):
    """The members of a group in the order of their creation."""

    def add(self, x):
        self[x] = None

    def discard(self, x):
        self.pop(x, None)

    def __iter__(self):
        return iter(list(self.keys()))


class Semaphore(asyncio.Semaphore):
    """A free place is taken without suspending, also while a chosen waiter has
    not gone on yet."""

    def locked(self):
        return self._value == 0


async def wait_for(f, limit):
    """As CPython 3.12 has it: a timeout around an await of the caller's own."""
    if limit is None or limit > 0:
        async with asyncio.timeout(limit):
            return await f
    return await asyncio.wait_for(f, limit)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Skips its idle time."""

    def __init__(self):
        super().__init__()
        self.now_s = 0.0
        select = self._selector.select

        def skip(timeout):
            events = select(0)
            if not events and timeout:
                self.now_s += timeout
            return events

        self._selector.select = skip

    def time(self):
        return self.now_s


class Group(asyncio.TaskGroup):
    """With the request taken back also if it came while the group was being
    left, as in CPython 3.13; members are cancelled in order."""

    def __init__(self):
        super().__init__()
        self._tasks = Ordered()

    async def __aexit__(self, *args):
        before = self._parent_cancel_requested
        try:
            return await super().__aexit__(*args)
        finally:
            if self._parent_cancel_requested and not before:
                self._parent_task.uncancel()


# Making programs.

def thing(rng, me, tasks=True):
    """A future, or a task that cannot be waiting for me."""
    choices = list(range(FUTURES))
    if tasks:
        choices += [10 + i for i in range(me + 1, TASKS)]
    return rng.choice(choices)


def operation(rng, me, depth, timed):
    member = me >= TASKS
    policy = rng.choice("ps")
    if timed and rng.random() < 0.4:
        # Long numbers, so that no two deadlines are the same.
        limit = rng.randrange(1, 10 ** 6)
        name = rng.choice(["sleep", "sleep", "waitfor", "waitmax"] + ["limit"] * (depth < 2))
        if name == "sleep":
            return [f"sleep {limit} {policy}"]
        if name == "limit":
            body = [op for _ in range(rng.randrange(1, 3))
                    for op in operation(rng, me, depth + 1, timed)]
            move = rng.choice([0, 0, 0, rng.randrange(1, 10 ** 6)])
            return [f"limit {limit} {len(body)} {move} {policy}"] + body
        return [f"{name} {limit} {thing(rng, me, not member)} {policy}"]
    name = rng.choice(
        ["yield"] * 4 + ["await"] * 3 + ["set", "fail", "cancelf", "cancel", "cancel", "acquire",
         "release", "eset", "ewait", "eclear", "uncancel", "adddone", "shield", "wait", "gather"]
        + ([] if depth > 1 or member else ["group", "group", "timeout", "timeout", "waitfor"]))
    if name == "yield":
        return [f"yield {rng.randrange(1, 4)} {policy}"]
    if name in ("await", "shield", "adddone"):
        return [f"{name} {thing(rng, me, not member)} {policy}"]
    if name == "waitfor":
        return [f"{name} {rng.randrange(2)} {thing(rng, me, not member)} {policy}"]
    if name in ("set", "fail", "cancelf"):
        return [f"{name} {rng.randrange(FUTURES)} {policy}"]
    if name == "cancel":
        return [f"{name} {10 + rng.randrange(TASKS)} {policy}"]
    if name in ("wait", "gather"):
        things = {str(thing(rng, me, not member)): None for _ in range(rng.randrange(1, 4))}
        return [f"{name} {rng.randrange(3)} {' '.join(things)} {policy}"]
    if name in ("group", "timeout"):
        body = [op for _ in range(rng.randrange(0, 3)) for op in operation(rng, me, depth + 1, timed)]
        what = rng.randrange(3) if name == "timeout" else rng.randrange(4)
        return [f"{name} {what} {len(body)} {policy}"] + body
    return [f"{name} {policy}"]


def script(rng, me, timed):
    ops = [op for _ in range(rng.randrange(1, 6)) for op in operation(rng, me, 0, timed)]
    end = rng.choice(["end value"] * 4 + ["end error", "end cancelled"])
    return "; ".join(ops + [end])


def program(seed):
    rng = random.Random(seed)
    return [script(rng, me, seed % 2 == 1) for me in range(TASKS + MEMBERS)]


# Running them.

class Run:
    def __init__(self, scripts, timed):
        self.timed = timed
        self.scripts = [[op.split() for op in s.split("; ")] for s in scripts]
        self.lines, self.turn, self.quiet, self.ticking = [], 0, False, True
        self.members = 0

    def ev(self, *parts):
        if not self.quiet:
            self.lines.append(f"{self.now()}: " + " ".join(map(str, parts)))

    def now(self):
        return round((self.loop.time() - self.began) / UNIT) if self.timed else self.turn

    @staticmethod
    def limit(who, n):
        """Two members may play the same script, but not at the same time."""
        return (int(n) + 7919 * int(who[1:])) * UNIT

    def tick(self):
        self.turn += 1
        if self.ticking:
            self.loop.call_soon(self.tick)

    def thing(self, n):
        n = int(n)
        return self.futures[n] if n < 10 else self.tasks[n - 10]

    def told(self, f):
        if not f.done():
            return "pending"
        if f.cancelled():
            return "cancelled"
        e = f.exception()
        return f"error {e.number}" if e else f"value {f.result()}"

    async def do(self, who, me, name, args, ops):
        if name == "yield":
            for _ in range(int(args[0])):
                await asyncio.sleep(0)
            return "ok"
        if name == "await":
            return f"value {await self.thing(args[0])}"
        if name == "shield":
            return f"value {await asyncio.shield(self.thing(args[0]))}"
        if name == "sleep":
            await asyncio.sleep(self.limit(who, args[0]))
            return "ok"
        if name == "waitfor":
            limit = None if args[0] == "1" else 0 if args[0] == "0" else self.limit(who, args[0])
            return f"value {await wait_for(self.thing(args[1]), limit)}"
        if name == "waitmax":
            done, pending = await asyncio.wait([self.thing(args[1])], timeout=self.limit(who, args[0]))
            return f"{len(done)} {len(pending)}"
        if name == "limit":
            async with asyncio.timeout(self.limit(who, args[0])) as t:
                if args[2] != "0":
                    t.reschedule(self.loop.time() + self.limit(who, args[2]))
                await self.ops(who, me, ops)
            return f"ok {str(t.expired()).lower()}"
        if name in ("set", "fail"):
            f = self.futures[int(args[0])]
            if f.done():
                return "refused"
            f.set_result(who) if name == "set" else f.set_exception(AppError(me))
            return "ok"
        if name in ("cancelf", "cancel"):
            return str(self.thing(args[0]).cancel()).lower()
        if name == "acquire":
            await self.semaphore.acquire()
            return "ok"
        if name == "release":
            self.semaphore.release()
            return "ok"
        if name == "eset":
            self.event.set()
            return "ok"
        if name == "eclear":
            self.event.clear()
            return "ok"
        if name == "ewait":
            await self.event.wait()
            return "ok"
        if name == "uncancel":
            t = asyncio.current_task()
            return f"{t.cancelling()} {t.uncancel()}"
        if name == "adddone":
            self.thing(args[0]).add_done_callback(
                lambda f: self.ev(f"callback of {who}:", self.told(f)))
            return "ok"
        if name == "wait":
            mode = (asyncio.ALL_COMPLETED, asyncio.FIRST_COMPLETED,
                    asyncio.FIRST_EXCEPTION)[int(args[0])]
            done, pending = await asyncio.wait([self.thing(a) for a in args[1:]], return_when=mode)
            return f"{len(done)} {len(pending)}"
        if name == "gather":
            got = await asyncio.gather(*(self.thing(a) for a in args[1:]),
                                       return_exceptions=args[0] == "1")
            return "[" + " ".join("cancelled" if isinstance(g, asyncio.CancelledError) else
                                  f"error {g.number}" if isinstance(g, AppError) else str(g)
                                  for g in got) + "]"
        if name == "group":
            return await self.group(who, me, int(args[0]), ops)
        if name == "timeout":
            async with asyncio.timeout((None, 0, -1)[int(args[0])]) as t:
                await self.ops(who, me, ops)
            return f"ok {str(t.expired()).lower()}"
        raise ValueError(name)

    async def group(self, who, me, members, ops):
        try:
            async with Group() as g:
                for i in range(members):
                    m = TASKS + i % MEMBERS
                    self.members += 1
                    g.create_task(self.script(f"m{self.members}", m))
                await self.ops(who, me, ops)
        except BaseExceptionGroup as group:
            numbers = [e.number for e in group.exceptions]
            self.ev(who, "errors", *numbers)
            raise AppError(numbers[0]) from None
        return "ok"

    async def ops(self, who, me, ops):
        i = 0
        while i < len(ops):
            name, *args, policy = ops[i]
            i += 1
            body = []
            if name in ("group", "timeout", "limit"):
                n = int(args[1])
                body, i = ops[i:i + n], i + n
            try:
                self.ev(who, name, await self.do(who, me, name, args, body))
            except asyncio.CancelledError:
                self.ev(who, name, "cancelled")
                if policy == "p":
                    raise
            except TimeoutError:
                self.ev(who, name, "timeout")
                if policy == "p":
                    raise AppError(99) from None
            except AppError as e:
                self.ev(who, name, f"error {e.number}")
                if policy == "p":
                    raise

    async def script(self, who, me):
        *ops, end = self.scripts[me]
        await self.ops(who, me, ops)
        if end[1] == "error":
            raise AppError(10 + me)
        if end[1] == "cancelled":
            raise asyncio.CancelledError
        return who

    async def main(self):
        self.loop = asyncio.get_running_loop()
        self.began = self.loop.time()
        self.loop.set_exception_handler(lambda loop, context: None)
        self.futures = [self.loop.create_future() for _ in range(FUTURES)]
        self.semaphore, self.event = Semaphore(1), asyncio.Event()
        self.tasks = [asyncio.create_task(self.script(f"t{i}", i)) for i in range(TASKS)]
        self.began = self.loop.time()
        if self.timed:
            await asyncio.sleep(10 ** 8 * UNIT)
        else:
            self.loop.call_soon(self.tick)
            for _ in range(TURNS):
                await asyncio.sleep(0)
        for n in [*range(FUTURES), *range(10, 10 + TASKS)]:
            f = self.thing(n)
            count = f" {f.cancelling()}" if n >= 10 and f.done() else ""
            self.ev(n, self.told(f) + count)
        self.quiet, self.ticking = True, False
        while len(asyncio.all_tasks()) > 1:
            for t in asyncio.all_tasks() - {asyncio.current_task()}:
                t.cancel()
            await asyncio.sleep(0)


def main(seed, count):
    for n in range(seed, seed + count):
        scripts = program(n)
        run = Run(scripts, n % 2 == 1)
        loop = VirtualLoop()
        asyncio.set_event_loop(loop)
        loop.run_until_complete(run.main())
        loop.close()
        print(f"program {n}")
        print("\n".join(scripts))
        print("trace")
        print("\n".join(run.lines))
        print("over")


main(int(sys.argv[1]), int(sys.argv[2]))

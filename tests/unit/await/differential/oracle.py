"""
Runs scenarios (see README.md) on the asyncio of CPython 3.11.

Where runtime rules follow a newer CPython, or promise an order that CPython
leaves open, this side is adapted (adapted.py), and nowhere else.
"""

import asyncio
import dataclasses
import gc
import sys
import warnings

from adapted import Condition, Fifo, Lifo, Loop, Priority
from plain import ACTS, Plain
from suspending import Suspending
from words import FAILURES, Program, kind, token

HORIZON = 12  # units until the root begins to cancel what is left
SHUTDOWN_TURNS = 20_000  # far more than it takes
ROUNDS = 60   # how often it does, at most


@dataclasses.dataclass
class Frame:
    value: int
    returned: bool = False


class Run(Suspending, Plain):
    def __init__(self, program, loop):
        self.program, self.loop = program, loop
        self.lines = []
        self.turn = 0
        self.turns = int(program.header["turns"])
        self.ticker = None
        self.slots = {}
        self.begun = set()
        self.callbacks = {}
        for i in range(int(program.header["futures"])):
            self.slots[f"f{i}"] = loop.create_future()
        for i in range(int(program.header["events"])):
            self.slots[f"e{i}"] = asyncio.Event()
        for i, start in enumerate(program.header["semaphores"].split(",")):
            if start != "-":
                value, bound = start.split("/")
                self.slots[f"m{i}"] = (
                    asyncio.BoundedSemaphore(int(value)) if bound != "0"
                    else asyncio.Semaphore(int(value)))
        for i in range(int(program.header.get("locks", 0))):
            self.slots[f"l{i}"] = asyncio.Lock()
        for i in range(int(program.header.get("conditions", 0))):
            self.slots[f"d{i}"] = Condition(self.slots[f"l{i}"])
        for i, queue in enumerate(program.header.get("queues", "-").split(",")):
            if queue != "-":
                bound, order = queue.split("/")
                self.slots[f"q{i}"] = {"f": Fifo, "l": Lifo, "p": Priority}[
                    order](int(bound))

    def say(self, label, words):
        self.lines.append(f"{self.loop.now:.0f}.{self.turn} {label} {words}")

    # The root: what begins and ends every program.

    def tick(self):
        self.turn += 1
        if self.turn < self.turns:
            self.loop.call_soon(self.tick)

    def new_unit(self):
        self.turn = 0
        self.ticker = self.loop.call_later(1, self.new_unit)
        self.loop.call_soon(self.tick)

    async def root(self):
        if self.turns:
            self.new_unit()
        self.create("c0")
        await asyncio.sleep(HORIZON)
        if self.program.header.get("shutdown", "0") == "1":
            self.rounds = ROUNDS
            self.loop.call_later(1, self.rescue)
            return
        for n in range(ROUNDS):
            left = [t for t in self.loop.tasks[1:] if not t.done()]
            if not left:
                break
            self.say("root", f"cancels {len(left)}")
            for task in left:
                task.cancel()
            await asyncio.sleep(1)

    def rescue(self):
        """A task that goes on for ever is cancelled again. One that has waited
        on a condition cannot be cancelled before it has the lock, which
        somebody may have kept: all are let go of."""
        left = [t for t in self.loop.tasks[1:] if not t.done()]
        if not left or self.rounds == 0:
            return
        self.rounds -= 1
        self.say("root", f"cancels {len(left)}")
        for task in left:
            task.cancel()
        for n in range(int(self.program.header.get("locks", 0))):
            if self.slots[f"l{n}"].locked():
                self.slots[f"l{n}"].release()
        self.loop.call_later(1, self.rescue)

    def shut_down(self):
        """What asyncio.run() does at its end, in order of creation; here the
        loop stops in the turn in which the last of them ended, and where
        threads are waited for, in the turn that takes their outcome."""
        doomed = [t for t in self.loop.tasks[1:] if not t.done()]
        for task in doomed:
            task.cancel()
        asyncio._set_running_loop(self.loop)
        try:
            turns = 0
            while not all(t.done() for t in doomed) or self.loop.remote:
                self.loop._run_once()
                turns += 1
                if turns > SHUTDOWN_TURNS:
                    raise RuntimeError("the shutdown goes round for ever")
        finally:
            asyncio._set_running_loop(None)
        failed = [t for t in doomed if not t.cancelled() and t.exception()]
        if self.program.header["unread"] == "1":
            self.lines += sorted(
                f"shutdown {token(t.exception())}" for t in failed)

    def end(self):
        futures = [self.slots[name] for name in sorted(self.slots)
                   if name[0] in "fgst"]
        names = [name for name in sorted(self.slots) if name[0] in "fgst"]
        self.lines.append("end" + "".join(
            f" {name} {kind(f)}" for name, f in zip(names, futures)))
        if self.program.header["unread"] == "0":
            return
        # Being a member of a gather is being read (A16): where the loop stops
        # first, the gather has not come to it.
        read = {id(f) for g in futures for f in getattr(g, "_children", ())}
        unread = {id(f): f for f in futures + self.loop.tasks + self.loop.jobs
                  if f._log_traceback and id(f) not in read}
        self.lines.append("unread" + "".join(sorted(
            f" {token(f._exception)}" for f in unread.values())))

    # Bodies.

    def coroutine(self, name):
        """The body as a coroutine, once; None afterwards."""
        if name in self.begun or name not in self.program.bodies:
            return None
        self.begun.add(name)
        return self.body(name)

    def create(self, name, make=None):
        coro = self.coroutine(name)
        if coro is None:
            return "absent"
        try:
            task = (make or self.loop.create_task)(coro)
        except RuntimeError:
            coro.close()
            raise
        self.slots["t" + name[1:]] = task
        return "ok"

    async def body(self, name):
        self.say(name, "begins")
        frame = Frame(10 * int(name[1:]) + 10)
        try:
            await self.block(frame, self.program.bodies[name])
        except FAILURES as exc:
            self.say(name, token(exc))
            raise
        self.say(name, f"value {frame.value}")
        return frame.value

    async def block(self, frame, ops):
        for op in ops:
            if op.name == "try":
                await self.op_try(frame, op)
            else:
                await self.op(frame, op)
            if frame.returned:
                return

    async def op(self, frame, op):
        try:
            if op.name in ACTS:
                words = self.act(op)
            else:
                words = await getattr(self, "op_" + op.name)(frame, op)
        except FAILURES as exc:
            self.say(op.label, token(exc))
            if isinstance(exc, BaseExceptionGroup):
                exc = exc.exceptions[0]  # of a group only the first goes on
            cancelled = isinstance(exc, asyncio.CancelledError)
            if op.policy in ("ac" if cancelled else "ae"):
                raise exc
        else:
            self.say(op.label, words)

    def act(self, op):
        make = getattr(self, "make_" + op.name, None)
        if make:
            return make(*op.args)
        refs = [self.find(arg) for arg in op.args]
        if any(ref is None for ref in refs):
            return "absent"
        return getattr(self, "act_" + op.name)(op, *refs) or "ok"

    def find(self, word):
        """What an argument stands for: a number, an object, or a name."""
        if word.isdecimal() or word == "-" or word[0] in "ckh":
            return word
        return self.slots.get(word)

    def futures(self, words):
        return {w: self.slots[w] for w in words if w in self.slots}

    def awaitables(self, words):
        found = [self.coroutine(w) if w[0] == "c" else self.slots.get(w)
                 for w in words]
        return [x for x in found if x is not None]


def run(source):
    """Run one program; give its trace as a list of lines."""
    loop = Loop()
    run = Run(Program(source), loop)
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(run.root())
        if run.program.header.get("shutdown", "0") == "1":
            run.shut_down()
        run.end()
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    return run.lines


def trace(programs):
    """Run them one after the other; give a list of lines each."""
    # A task that begins in the very last turn, or would after it, never ends;
    # so it is on both sides.
    warnings.simplefilter("ignore", RuntimeWarning)
    sys.unraisablehook = lambda ignored: None
    gc.disable()
    for n, source in enumerate(programs):
        yield run(source)
        if n % 200 == 199:
            gc.collect()
    gc.enable()

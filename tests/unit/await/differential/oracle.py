"""
Runs scenarios (see README.md) on the asyncio of CPython 3.11.

Where runtime rules follow a newer CPython, or promise an order that CPython
leaves open, this side is adapted, and nowhere else: the classes that come first
below say what for.
"""

import asyncio
import concurrent.futures
import dataclasses
import gc
import heapq
import sys
import warnings

HORIZON = 12  # units until the root begins to cancel what is left
SHUTDOWN_TURNS = 20_000  # far more than it takes
ROUNDS = 60   # how often it does, at most


class Timer(asyncio.TimerHandle):
    """Equal deadlines: in the order of creation. CPython leaves it open."""

    __slots__ = ("number",)

    def __lt__(self, other):
        return (self._when, self.number) < (other._when, other.number)


class Loop(asyncio.SelectorEventLoop):
    """A virtual clock that jumps over idle time, and a list of all tasks."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        self.timers = 0
        self.tasks = []
        self.jobs = []
        self.remote = []
        self._selector.select = self.jump
        self.set_exception_handler(lambda loop, context: None)

    def call_soon_threadsafe(self, callback, *args, context=None):
        """What other threads send is taken where the loop polls."""
        handle = asyncio.Handle(callback, args, self, context)
        self.remote.append(handle)
        return handle

    def run_in_executor(self, executor, func, *args):
        job = super().run_in_executor(executor, func, *args)
        self.jobs.append(job)
        return job

    def jump(self, timeout):
        if self.remote:
            self._ready.extend(self.remote)
            self.remote.clear()
            return ()
        if timeout is None:
            raise RuntimeError("the loop has nothing left to wait for")
        self.now += timeout
        return ()

    def time(self):
        return self.now

    def call_at(self, when, callback, *args, context=None):
        timer = Timer(when, callback, args, self, context)
        timer.number = self.timers = self.timers + 1
        heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def create_task(self, coro, **options):
        task = super().create_task(coro, **options)
        self.tasks.append(task)
        return task


class InOrder(dict):
    """A set that is iterated in the order of insertion, as the runtime
    promises where CPython iterates sets."""

    def add(self, x):
        self[x] = None

    def discard(self, x):
        self.pop(x, None)


class Group(asyncio.TaskGroup):
    """Aborts in order of creation, and takes its request back after the last
    member, also where it aborts while it is being left (CPython 3.13)."""

    def __init__(self):
        super().__init__()
        self._tasks = InOrder()

    async def __aexit__(self, *exc):
        requested = self._parent_cancel_requested
        self._parent_cancel_requested = False
        try:
            return await super().__aexit__(*exc)
        finally:
            if requested or self._parent_cancel_requested:
                self._parent_task.uncancel()


class Timeout(asyncio.Timeout):
    """Does not mind requests that were outstanding when it was entered; the
    first releases of 3.11 did."""

    async def __aenter__(self):
        self.requests = asyncio.current_task().cancelling()
        return await super().__aenter__()

    async def __aexit__(self, kind, exc, trace):
        struck = self.expired() and kind is asyncio.CancelledError
        await super().__aexit__(kind, exc, trace)
        if struck and self._task.cancelling() <= self.requests:
            raise TimeoutError


class Inline(concurrent.futures.Executor):
    """Runs a job in the call that submits it."""

    def submit(self, fn, /, *args):
        future = concurrent.futures.Future()
        try:
            future.set_result(fn(*args))
        except Exception as exc:
            future.set_exception(exc)
        return future


class Condition(asyncio.Condition):
    """One who was notified and is then cancelled passes it on (CPython 3.13,
    which does so also where nobody was notified)."""

    async def wait(self):
        before = len(self._waiters)
        task = super().wait()
        told = None

        def step():
            nonlocal told
            if told is None and len(self._waiters) > before:
                told = self._waiters[before]

        try:
            return await Watched(task, step)
        except asyncio.CancelledError:
            if told is not None and not told.cancelled():
                for waiter in self._waiters:
                    if not waiter.done():
                        waiter.set_result(False)
                        break
            raise


class Watched:
    """Awaits a coroutine, and calls back whenever it suspends."""

    def __init__(self, coroutine, suspended):
        self.coroutine, self.suspended = coroutine, suspended

    def __await__(self):
        inner = self.coroutine.__await__()
        try:
            future = next(inner)
            while True:
                self.suspended()
                try:
                    value = yield future
                except BaseException as exc:
                    future = inner.throw(exc)
                else:
                    future = inner.send(value)
        except StopIteration as end:
            return end.value


class ShutDown(Exception):
    """asyncio.QueueShutDown (CPython 3.13)."""


class Closable:
    """Queue.shutdown() of CPython 3.13."""

    closed = False

    async def put(self, item):
        while self.full() and not self.closed:
            putter = self._get_loop().create_future()
            self._putters.append(putter)
            try:
                await putter
            except BaseException:
                putter.cancel()
                if putter in self._putters:
                    self._putters.remove(putter)
                if not self.full() and not putter.cancelled():
                    self._wakeup_next(self._putters)
                raise
        return self.put_nowait(item)

    def put_nowait(self, item):
        if self.closed:
            raise ShutDown("put")
        return super().put_nowait(item)

    async def get(self):
        while self.empty() and not self.closed:
            getter = self._get_loop().create_future()
            self._getters.append(getter)
            try:
                await getter
            except BaseException:
                getter.cancel()
                if getter in self._getters:
                    self._getters.remove(getter)
                if not self.empty() and not getter.cancelled():
                    self._wakeup_next(self._getters)
                raise
        return self.get_nowait()

    def get_nowait(self):
        if self.empty() and self.closed:
            raise ShutDown("get")
        return super().get_nowait()

    def shutdown(self, immediate):
        self.closed = True
        while immediate and not self.empty():
            self._get()
            if self._unfinished_tasks > 0:
                self._unfinished_tasks -= 1
        if immediate and self._unfinished_tasks == 0:
            self._finished.set()
        for waiters in (self._getters, self._putters):
            while waiters:
                self._wakeup_next(waiters)


class Fifo(Closable, asyncio.Queue):
    pass


class Lifo(Closable, asyncio.LifoQueue):
    pass


class Priority(Closable, asyncio.PriorityQueue):
    """Of equals the one put first; the heap leaves it open."""

    puts = 0

    def _put(self, item):
        self.puts += 1
        super()._put((item // 2, self.puts, item))

    def _get(self):
        return super()._get()[2]


async def wait_for(awaitable, limit):
    """A timeout around an await in the caller's own task (CPython 3.12)."""
    if limit <= 0:
        return await asyncio.wait_for(awaitable, limit)
    async with Timeout(asyncio.get_running_loop().time() + limit):
        return await awaitable


class AppError(Exception):
    """An application's own error, known by a small number."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


FAILURES = (Exception, asyncio.CancelledError)


def token(exc):
    if isinstance(exc, asyncio.CancelledError):
        return "cancelled"
    if isinstance(exc, TimeoutError):
        return "timeout"
    if isinstance(exc, AppError):
        return f"error {exc.number}"
    if isinstance(exc, asyncio.QueueEmpty):
        return "error 91"
    if isinstance(exc, asyncio.QueueFull):
        return "error 92"
    if isinstance(exc, ShutDown):
        return "error 93" if exc.args == ("put",) else "error 94"
    if isinstance(exc, BaseExceptionGroup):
        return "group(" + ", ".join(map(token, exc.exceptions)) + ")"
    if isinstance(exc, (RuntimeError, ValueError, asyncio.InvalidStateError)):
        return "refused"
    raise exc


def text(value):
    return "list" if isinstance(value, list) else str(value)


def state(future):
    """What is known of a future; its error counts as read."""
    if not future.done():
        return "pending"
    if future.cancelled():
        return "cancelled"
    exc = future.exception()
    return token(exc) if exc else f"value {text(future.result())}"


def kind(future):
    """The same without reading it."""
    if not future.done():
        return "pending"
    if future.cancelled():
        return "cancelled"
    return "error" if future._exception else "value"


@dataclasses.dataclass
class Op:
    policy: str
    name: str
    args: list
    label: str
    blocks: list = dataclasses.field(default_factory=list)


class Program:
    """A parsed scenario: its header, and a list of operations a body."""

    def __init__(self, source):
        lines = iter(source.splitlines())
        self.name, self.header = self.head(next(lines))
        self.bodies = {}
        self.names = {}  # of the operations, by their labels
        for line in lines:
            self.count = 0
            self.bodies[line] = self.block(line, lines)[0]

    @staticmethod
    def head(line):
        _, name, *words = line.split()
        return name, dict(zip(words[::2], words[1::2]))

    def block(self, body, lines):
        ops = []
        for line in lines:
            if line.strip() in ("end", "finally"):
                return ops, line.strip()
            policy, name, *args = line.split()
            op = Op(policy, name, args, f"{body}.{self.count}")
            self.count += 1
            self.names[op.label] = name
            ops.append(op)
            if name in ("timeout", "group", "try"):
                closed = "finally"
                while closed == "finally":
                    block, closed = self.block(body, lines)
                    op.blocks.append(block)
        raise ValueError(f"{self.name}: {body} has no end")


@dataclasses.dataclass
class Frame:
    value: int
    returned: bool = False


class Run:
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

    # Operations that may suspend, and blocks.

    async def op_sleep(self, frame, op):
        await asyncio.sleep(int(op.args[0]))
        return "ok"

    async def told(self, future, make=lambda x: x):
        if future is None:
            return "absent"
        value = await make(future)
        if isinstance(value, list) and isinstance(
                future, asyncio.tasks._GatheringFuture):
            return "value [" + ", ".join(
                token(x) if isinstance(x, BaseException) else f"value {text(x)}"
                for x in value) + "]"
        return f"value {text(value)}"

    def awaitable(self, word):
        return (self.awaitables([word]) or [None])[0]

    async def op_await(self, frame, op):
        return await self.told(self.awaitable(op.args[0]))

    async def op_shield(self, frame, op):
        return await self.told(self.awaitable(op.args[0]), asyncio.shield)

    async def op_wait_for(self, frame, op):
        limit = int(op.args[0])
        return await self.told(self.awaitable(op.args[1]),
                               lambda x: wait_for(x, limit))

    async def op_wait(self, frame, op):
        limit = None if op.args[1] == "-" else int(op.args[1])
        futures = [(w, self.slots[w]) for w in op.args[2:] if w in self.slots]
        if not futures:
            await asyncio.wait([])
        # What asyncio.wait calls, but with the members in their order.
        done, _ = await asyncio.tasks._wait(
            list(dict.fromkeys(f for _, f in futures)), limit,
            {"all": asyncio.ALL_COMPLETED, "first": asyncio.FIRST_COMPLETED,
             "error": asyncio.FIRST_EXCEPTION}[op.args[0]], self.loop)
        return f"done {len(done)}" + "".join(
            f" {name}" for name, future in futures if future in done)

    async def op_completed(self, frame, op):
        limit = None if op.args[0] == "-" else int(op.args[0])
        futures = set(self.futures(op.args[1:]).values())
        if sum(f.done() for f in futures) > 1:
            return "skipped"  # a set decides which of them comes first
        for each in asyncio.as_completed(futures, timeout=limit):
            try:
                self.say(op.label, f"value {text(await each)}")
            except asyncio.CancelledError:
                raise
            except Exception as exc:
                self.say(op.label, token(exc))
        return "ok"

    async def op_event(self, frame, op):
        await self.slots[op.args[0]].wait()
        return "ok"

    async def op_acquire(self, frame, op):
        await self.slots[op.args[0]].acquire()
        return "ok"

    async def op_lock(self, frame, op):
        await self.slots[op.args[0]].acquire()
        return "ok"

    async def op_notified(self, frame, op):
        await self.slots[op.args[0]].wait()
        return "ok"

    async def op_put(self, frame, op):
        await self.slots[op.args[0]].put(int(op.args[1]))
        return "ok"

    async def op_get(self, frame, op):
        return f"got {await self.slots[op.args[0]].get()}"

    async def op_join(self, frame, op):
        await self.slots[op.args[0]].join()
        return "ok"

    async def op_thread(self, frame, op):
        """The thread is through before the loop goes on."""
        fails, n = map(int, op.args)

        def job():
            if fails:
                raise AppError(n)
            return n

        return await self.told(self.loop.run_in_executor(Inline(), job))

    async def op_timeout(self, frame, op):
        name, limit = op.args
        async with Timeout(None if limit == "-" else
                           self.loop.time() + int(limit)) as scope:
            self.slots[name] = scope
            await self.block(frame, op.blocks[0])
        return "ok"

    async def op_group(self, frame, op):
        async with Group() as self.slots[op.args[0]]:
            await self.block(frame, op.blocks[0])
        return "ok"

    async def op_try(self, frame, op):
        """Prints nothing of its own; what comes last wins."""
        failed = None
        try:
            await self.block(frame, op.blocks[0])
        except FAILURES as exc:
            failed = exc
        returned, frame.returned = frame.returned, False
        await self.block(frame, op.blocks[1])
        if frame.returned:
            return
        frame.returned = returned
        if failed:
            raise failed

    async def op_return(self, frame, op):
        frame.value, frame.returned = int(op.args[0]), True
        return "ok"

    async def op_fail(self, frame, op):
        raise AppError(int(op.args[0]))

    async def op_cancelled(self, frame, op):
        raise asyncio.CancelledError

    # Operations that do not suspend; callbacks have only these.

    def callback(self, name):
        """Always the same object for the same name."""
        def run(future=None):
            if future is None:
                self.say(name, "runs")
            else:
                ref = next(n for n in sorted(self.slots, key=by_class)
                           if self.slots[n] is future)
                self.say(name, f"told {ref} {kind(future)}")
            for op in self.program.bodies[name]:
                try:
                    words = self.act(op)
                except Exception as exc:
                    words = token(exc)
                self.say(op.label, words)
        return self.callbacks.setdefault(name, run)

    # These make a future of their own, under a name.

    def make_create(self, name):
        return self.create(name)

    def make_outer(self, name, word):
        inner = None if name in self.slots else self.awaitable(word)
        if inner is None:
            return "absent"
        self.slots[name] = asyncio.shield(inner)
        return "ok"

    def make_gather(self, name, errors, *words):
        if name in self.slots:
            return "absent"
        self.slots[name] = asyncio.gather(*self.awaitables(words),
                                          return_exceptions=errors == "1")
        return "ok"

    # These act on what there is.

    def act_member(self, op, group, name):
        return self.create(name, group.create_task)

    def act_cancel(self, op, future):
        return str(future.cancel()).lower()

    def act_value(self, op, future, value):
        future.set_result(int(value))

    def act_error(self, op, future, number):
        future.set_exception(AppError(int(number)))

    def act_state(self, op, future):
        return state(future)

    def act_cancelling(self, op, task):
        return str(task.cancelling())

    def act_uncancel(self, op, task):
        return str(task.uncancel())

    def act_set(self, op, event):
        event.set()

    def act_clear(self, op, event):
        event.clear()

    def act_release(self, op, semaphore):
        semaphore.release()

    def act_unlock(self, op, lock):
        lock.release()

    def act_locked(self, op, lock):
        return str(lock.locked()).lower()

    def act_notify(self, op, condition, n):
        condition.notify(int(n))

    def act_try_put(self, op, queue, n):
        queue.put_nowait(int(n))

    def act_try_get(self, op, queue):
        return f"got {queue.get_nowait()}"

    def act_finished(self, op, queue):
        queue.task_done()

    def act_close(self, op, queue):
        queue.shutdown(False)

    def act_close_now(self, op, queue):
        queue.shutdown(True)

    def act_soon(self, op, callback, handle):
        self.slots[handle] = self.loop.call_soon(self.callback(callback))

    def act_later(self, op, delay, callback, handle):
        self.slots[handle] = self.loop.call_later(
            int(delay), self.callback(callback))

    def act_drop(self, op, name):
        if name not in self.slots:
            return "absent"
        self.slots[name].cancel()

    def act_watch(self, op, future, callback):
        future.add_done_callback(self.callback(callback))

    def act_unwatch(self, op, future, callback):
        return str(future.remove_done_callback(self.callback(callback)))

    def act_move(self, op, scope, limit):
        scope.reschedule(None if limit == "-" else
                         self.loop.time() + int(limit))

    def act_expired(self, op, scope):
        return str(scope.expired()).lower()


ACTS = {name.partition("_")[2] for name in dir(Run)
        if name.startswith(("act_", "make_"))}


def by_class(name):
    return ("tfgs".find(name[0]) % 16, name)


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

"""
The asyncio of CPython 3.11, adapted: where runtime rules follow a newer
CPython, or promise an order that CPython leaves open. Each class says what for.
"""

import asyncio
import concurrent.futures
import heapq


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

"""
Operations that may suspend, and blocks: what a coroutine does, by a line each.
"""

import asyncio

from adapted import Group, Inline, Timeout, wait_for
from words import FAILURES, AppError, text, token


class Suspending:
    """Of a run (oracle.py): op_* for the operation of that name."""

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

"""
Operations that do not suspend; callbacks have only these.
"""

import asyncio

from words import AppError, kind, state, token


class Plain:
    """Of a run (oracle.py): make_* or act_* for the operation of that name."""

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


ACTS = {name.partition("_")[2] for name in dir(Plain)
        if name.startswith(("act_", "make_"))}


def by_class(name):
    return ("tfgs".find(name[0]) % 16, name)

"""
Operations of random scenarios (see README.md).

What is left out, and why, stands where it would have been made.
"""

from arguments import SYNC, Arguments


class Operations(Arguments):
    """A list of lines each, or None if there is nothing to use."""

    def sleep(self, body):
        return [f"sleep {self.random.choice([0, 0, 0, 1, 1, 2, 3])}"]

    def await_(self, body):
        what = self.awaited(body)
        return what and [f"await {what}"]

    def shield(self, body):
        # The inner one is not cancelled: a circle is only a deadlock, which
        # the root's cancelling ends.
        what = self.random.choice([self.any_future, self.any_future,
                                   lambda: self.coroutine(body)])()
        return what and [f"shield {what}"]

    def wait_for(self, body):
        what = self.awaited(body)
        return what and [f"wait_for {self.random.choice([0, 1, 1, 2, 3])} "
                         f"{what}"]

    def several(self, make, least=0):
        return [x for x in (make() for _ in range(
            self.random.randint(least, 4))) if x]

    def wait(self, body):
        members = self.several(self.any_future, 1)
        mode = self.random.choice(["all", "first", "error"])
        return [" ".join(["wait", mode, self.limit(), *members])]

    def completed(self, body):
        # No coroutines: CPython wraps them in a set's order.
        members = self.several(self.any_future, 1)
        return [" ".join(["completed", self.limit(), *members])]

    def gather(self, body):
        if len(self.floors) > 3:
            return None
        members = self.several(lambda: self.awaited(body))
        # No task twice: CPython asks it twice to cancel, the runtime once,
        # since it is one member (A41).
        members = [m for n, m in enumerate(members)
                   if m[0] == "f" or m not in members[:n]]
        name = f"g{len(self.floors)}"
        self.floors[name] = min(map(self.floor, members), default=SYNC)
        errors = self.random.randint(0, 1)
        lines = [" ".join(["gather", name, str(errors), *members])]
        if self.random.random() < 0.7 and self.floors[name] > body.index:
            lines.append(f"await {name}")
        return lines

    def outer(self, body):
        if self.outers > 3:
            return None
        what = self.any_future()
        self.outers += 1
        return [f"outer s{self.outers - 1} {what}"]

    def block(self, body, name):
        body.depth += 1
        lines = [name, *self.operations(body, self.random.randint(1, 4)),
                 "end"]
        body.depth -= 1
        return lines

    def timeout(self, body):
        if body.depth > 2 or self.scopes > 5:
            return None
        self.scopes += 1
        return self.block(body, f"timeout x{self.scopes - 1} {self.limit()}")

    def group(self, body):
        if body.depth > 2 or self.groups > 5:
            return None
        self.groups += 1
        name = f"n{self.groups - 1}"
        lines = self.block(body, f"group {name}")
        at = 1
        for _ in range(self.random.choice([1, 1, 2, 3])):
            member = self.as_task(body)
            if member:
                lines.insert(at, f". member {name} {member}")
                at += 1
        return lines

    def try_(self, body):
        if body.depth > 2:
            return None
        lines = self.block(body, "try")
        return [*lines[:-1], "finally", *self.block(body, "")[1:]]

    def event(self, body):
        return self.events and [f"event {self.pick('e', self.events)}"]

    def acquire(self, body):
        return self.semaphores and [
            f"acquire {self.pick('m', len(self.semaphores))}"]

    def end(self, body):
        n = self.random.randint(1, 9)
        return [self.random.choice([f"return {n}", f"fail {n}", f"fail {n}",
                                    "cancelled"])]

    def as_task(self, body):
        name = self.coroutine(body)
        if name:
            self.tasks.append(int(name[1:]))
        return name

    def create(self, body):
        name = self.as_task(body)
        return name and [f"create {name}"]

    def member(self, body):
        name = self.groups and self.as_task(body)
        return name and [f"member {self.pick('n', self.groups)} {name}"]

    def cancel(self, body):
        return [f"cancel {self.any_future()}"]

    def decide(self, body):
        what = self.future() if self.random.random() < 0.9 else self.task()
        return what and [f"{self.random.choice(['value', 'value', 'error'])} "
                         f"{what} {self.random.randint(1, 9)}"]

    def query(self, body):
        return [f"state {self.any_future()}"]

    def count(self, body):
        return [f"{self.random.choice(['cancelling'] * 3 + ['uncancel'])} "
                f"{self.task()}"]

    def switch(self, body):
        return self.events and [
            f"{self.random.choice(['set', 'set', 'clear'])} "
            f"{self.pick('e', self.events)}"]

    def release(self, body):
        return self.semaphores and [
            f"release {self.pick('m', len(self.semaphores))}"]

    def callback(self, body):
        """A later one than the present, lest they go on forever."""
        first = body.index - SYNC if body.callback else 0
        if first >= self.callbacks:
            return None
        return f"k{self.random.randrange(first, self.callbacks)}"

    def call(self, body):
        callback = self.callback(body)
        if not callback or self.handles > 8:
            return None
        self.handles += 1
        how = self.random.choice(["soon", "soon", "later 0", "later 1",
                                  "later 2"])
        return [f"{how} {callback} h{self.handles - 1}"]

    def drop(self, body):
        return self.handles and [f"drop {self.pick('h', self.handles)}"]

    def watch(self, body):
        callback = self.callback(body)
        how = self.random.choice(["watch", "watch", "watch", "unwatch"])
        return callback and [f"{how} {self.any_future()} {callback}"]

    def move(self, body):
        return self.scopes and [f"move {self.pick('x', self.scopes)} "
                                f"{self.limit()}"]

    def expired(self, body):
        return self.scopes and [f"expired {self.pick('x', self.scopes)}"]

    def lock(self, body):
        return self.locks and [f"lock {self.pick('l', self.locks)}"]

    def unlock(self, body):
        return self.locks and [
            f"{self.random.choice(['unlock'] * 4 + ['locked'])} "
            f"{self.pick('l', self.locks)}"]

    def locked(self, body):
        """A lock with something done under it."""
        if not self.locks or body.depth > 2:
            return None
        name = self.pick("l", self.locks)
        lines = self.block(body, "try")
        return [f"a lock {name}", *lines[:-1], "finally", f". unlock {name}",
                "end"]

    def notified(self, body):
        if not self.conditions:
            return None
        n = self.random.randrange(self.conditions)
        lines = [f"notified d{n}"]
        if self.random.random() < 0.8:
            lines = [f"a lock l{n}", *lines]
            if self.random.random() < 0.9:
                lines.append(f". unlock l{n}")
        return lines

    def notify(self, body):
        if not self.conditions:
            return None
        n = self.random.randrange(self.conditions)
        line = f"notify d{n} {self.random.choice([1, 1, 1, 2, 9])}"
        if body.callback or self.random.random() < 0.3:
            return [line]
        return [f"a lock l{n}", f". {line}", f". unlock l{n}"]

    def queue(self):
        return self.pick("q", len(self.queues))

    def put(self, body):
        return self.queues and [
            f"put {self.queue()} {self.random.randint(1, 9)}"]

    def get(self, body):
        return self.queues and [f"get {self.queue()}"]

    def try_put(self, body):
        return self.queues and [
            f"try_put {self.queue()} {self.random.randint(1, 9)}"]

    def try_get(self, body):
        return self.queues and [f"try_get {self.queue()}"]

    def finished(self, body):
        return self.queues and [f"finished {self.queue()}"]

    def join(self, body):
        return self.queues and [f"join {self.queue()}"]

    def close(self, body):
        return self.queues and [
            f"{self.random.choice(['close', 'close_now'])} {self.queue()}"]

    def thread(self, body):
        return [f"thread {self.random.choice([0, 0, 1])} "
                f"{self.random.randint(1, 9)}"]

    PLAIN = [
        (2, unlock, "queue"), (2, notify, "queue"), (3, try_put, "queue"),
        (2, try_get, "queue"), (2, finished, "queue"), (0.4, close, "queue"),
        (4, create, "await"), (2, member, "scope"), (8, cancel, "cancel"),
        (4, decide, "await"), (2, query, "query"), (2, count, "query"),
        (3, switch, "sync"), (3, release, "sync"), (3, call, "callback"),
        (1, drop, "callback"), (3, watch, "callback"), (2, move, "scope"),
        (1, expired, "scope"), (2, outer, "combine"), (3, gather, "combine"),
    ]
    SUSPENDING = [
        (10, sleep, "time"), (8, await_, "await"), (3, shield, "await"),
        (3, wait_for, "time"), (4, wait, "combine"),
        (3, completed, "combine"), (4, timeout, "scope"),
        (4, group, "scope"), (3, try_, "await"), (3, event, "sync"),
        (4, acquire, "sync"), (2, end, "await"), (2, lock, "queue"),
        (2, locked, "queue"), (3, notified, "queue"), (4, put, "queue"),
        (4, get, "queue"), (1, join, "queue"), (1, thread, "time"),
    ]

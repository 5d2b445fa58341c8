"""
Makes random scenarios (see README.md) from seeds.

What is left out, and why, stands where it would have been made.
"""

import random
import re

POLICIES = [".", "c", "a", "e"]
KINDS = ["await", "combine", "sync", "queue", "scope", "cancel", "callback",
         "query", "time"]
SYNC = 10  # an index above every body's


class Body:
    """What a body may still use while it is made."""

    def __init__(self, index, callback=False):
        self.index = index  # SYNC for callbacks: they cannot await anything
        self.callback = callback
        self.depth = 0


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        r = self.random
        # Most programs are about one or two things more than others.
        themes = r.sample(KINDS, r.choice([0, 1, 1, 2]))
        self.weight = {kind: 6 if kind in themes else r.choice([0.3, 1, 1])
                       for kind in KINDS}
        self.bodies = r.randint(2, 9)
        self.futures = r.choice([0, 1, 1, 2, 3])
        self.events = max(r.choice([0, 1, 2]), int("sync" in themes))
        self.semaphores = [
            r.choice(["0/0", "1/0", "1/1", "2/0", "2/2"])
            for _ in range(max(r.choice([0, 1, 2]), int("sync" in themes)))]
        queueing = "queue" in themes
        self.locks = max(r.choice([0, 0, 1, 2]), int(queueing))
        # Each has the lock of its number.
        self.conditions = min(self.locks, max(r.choice([0, 0, 1, 2]),
                                              int(queueing)))
        self.queues = [r.choice(["0/f", "1/f", "1/f", "2/f", "1/l", "0/p",
                                 "2/p"])
                       for _ in range(max(r.choice([0, 0, 1, 2]),
                                          int(queueing)))]
        self.shutdown = int(r.random() < 0.2)
        self.callbacks = max(r.choice([0, 1, 2, 3]),
                             int("callback" in themes))
        self.turns = r.choice([0, 12])
        # Bodies that no operation begins yet.
        self.idle = list(range(1, self.bodies))
        self.tasks = [0]  # those that begin as tasks
        self.scopes = self.groups = self.handles = 0
        # How low the bodies are that each gather depends on.
        self.floors = {}
        self.outers = 0

    # Arguments.

    def pick(self, letter, count):
        return f"{letter}{self.random.randrange(count)}" if count else None

    def task(self, first=0):
        """Mostly one that will be there."""
        r = self.random
        known = [i for i in self.tasks if i >= first]
        if known and r.random() < 0.9:
            return f"t{r.choice(known)}"
        return f"t{r.randrange(first, self.bodies)}"

    def future(self):
        return self.pick("f", self.futures)

    def any_future(self):
        """Something that can be cancelled or looked at."""
        kinds = [self.task] * 5
        if self.futures:
            kinds += [self.future] * 2
        if self.floors:
            kinds += [lambda: self.random.choice(list(self.floors))] * 2
        if self.outers:
            kinds += [lambda: self.pick("s", self.outers)]
        return self.random.choice(kinds)()

    def coroutine(self, body):
        """A body that begins here: a later one, each only once."""
        later = [i for i in self.idle if i > body.index]
        if body.callback:
            later = self.idle
        if not later:
            return None
        index = self.random.choice(later)
        self.idle.remove(index)
        return f"c{index}"

    def awaited(self, body, coroutines=True):
        """
        Something to await that can be cancelled through the wait.

        Only what depends on later bodies: a circle of awaits would be
        cancelled around and around (CPython ends that by RecursionError). For
        the same reason nobody awaits itself: there CPython refuses one turn
        later, the runtime at once.
        """
        r = self.random
        kinds = []
        if body.index + 1 < self.bodies:
            kinds += [lambda: self.task(body.index + 1)] * 4
        if self.futures:
            kinds += [self.future] * 2
        free = [g for g, floor in self.floors.items() if floor > body.index]
        if free:
            kinds += [lambda: r.choice(free)] * 3
        if self.outers:
            kinds += [lambda: self.pick("s", self.outers)]
        if coroutines and self.idle:
            kinds += [lambda: self.coroutine(body)]
        return r.choice(kinds)() if kinds else None

    def floor(self, name):
        if name[0] in "tc":
            return int(name[1:])
        return self.floors.get(name, SYNC)

    def limit(self):
        return self.random.choice(["-", "-", "0", "1", "1", "2", "3"])

    # Operations: a list of lines each, or None if there is nothing to use.

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

    def operation(self, body):
        table = self.PLAIN if body.callback else self.PLAIN + self.SUSPENDING
        weights = [weight * self.weight[kind] for weight, _, kind in table]
        while True:
            _, make, _ = self.random.choices(table, weights)[0]
            lines = make(self, body)
            if lines and not (body.callback and len(lines) > 1):
                break
        policy = self.random.choices(POLICIES, [9, 6, 4, 1])[0]
        if body.callback:
            policy = "."
        elif lines[0].startswith(("fail", "cancelled")):
            policy = "a"
        return [line if line[:2] in (". ", "c ", "a ", "e ") or
                line in ("end", "finally") else f"{policy} {line}"
                for line in lines]

    def operations(self, body, count):
        return [line for _ in range(count) for line in self.operation(body)]

    def program(self, name):
        bodies = []
        for i in range(self.bodies):
            body = Body(i)
            lines = []
            if i == 0:
                for _ in range(self.random.randint(0, self.bodies // 2)):
                    lines.append(f". create {self.as_task(body)}")
            lines += self.operations(body, self.random.randint(1, 7))
            if self.random.random() < 0.2:
                lines.append(f"a fail {self.random.randint(1, 9)}")
            bodies += [f"c{i}", *lines, "end"]
        for i in range(self.callbacks):
            body = Body(SYNC + i + 1, callback=True)
            bodies += [f"k{i}", *self.operations(
                body, self.random.randint(0, 3)), "end"]
        # Whether errors were read is not compared where the rules differ
        # from CPython 3.11 on purpose:
        # - It forgets an inner error that nobody read if the outer future of
        #   a shield was cancelled in the very turn before. Here it is told.
        # - Waiting for the first error reads the errors there. Here wait
        #   reads no outcome (A42).
        # - Cancelling a gather that has failed is no reading there. Here it
        #   is, as with any other future (A16).
        # - A gather with "return errors" reads its members when all have
        #   ended. Here being a member is enough (A16).
        unread = not re.search(
            r"^. (shield|outer|wait error|cancel g|gather g. 1)",
            "\n".join(bodies), re.MULTILINE)
        head = (f"program {name} futures {self.futures} events {self.events} "
                f"semaphores {','.join(self.semaphores) or '-'} "
                f"locks {self.locks} conditions {self.conditions} "
                f"queues {','.join(self.queues) or '-'} "
                f"shutdown {self.shutdown} "
                f"turns {self.turns} unread {int(unread)}")
        return "\n".join([head, *bodies]) + "\n"


def program(seed):
    return Generator(seed).program(seed)

"""
What random scenarios (see README.md) have, and what may be done with it.

What is left out, and why, stands where it would have been made.
"""

import random

KINDS = ["await", "combine", "sync", "queue", "scope", "cancel", "callback",
         "query", "time"]
SYNC = 10  # an index above every body's


class Arguments:
    """Objects, and names of them for operations."""

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

"""
Makes random scenarios (see README.md) from seeds.

What is left out, and why, stands where it would have been made.
"""

import re

from arguments import SYNC
from making import Operations

POLICIES = [".", "c", "a", "e"]


class Body:
    """What a body may still use while it is made."""

    def __init__(self, index, callback=False):
        self.index = index  # SYNC for callbacks: they cannot await anything
        self.callback = callback
        self.depth = 0


class Generator(Operations):
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

"""
The words of scenarios and traces (see README.md): programs are read, outcomes
are told.
"""

import asyncio
import dataclasses

from adapted import ShutDown


FAILURES = (Exception, asyncio.CancelledError)


class AppError(Exception):
    """An application's own error, known by a small number."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


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

"""What is tested, and under what conditions: see the package."""

import ctypes
import os
import pathlib
import shlex
import signal
import sys
import time

PROGRAM = os.environ.get("FLAGS_PROGRAM", "flags")
CORPUS = pathlib.Path(os.environ.get("FLAGS_CORPUS", "flags"))
WRAP = shlex.split(os.environ.get("FLAGS_WRAP", ""))
IN_TURN = os.environ.get("FLAGS_IN_TURN", "0") not in ("", "0")
PATIENCE = float(os.environ.get("FLAGS_PATIENCE", "10" if WRAP else "1"))

STRATEGIES = ("sequential", "threaded", "async")
MOST_POPULOUS = (
    "bd br cd cn de eg et fr id in ir jp mx ng ph pk ru tr us vn".split())

# A sanitizer or valgrind ends the program with this status, which the program
# itself never uses.
REPORT_STATUS = 97

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


# What a shell that runs us in the background, or nohup, has ignored would be
# ignored by the program as well, which keeps to that.
for _number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL)


def die_with_parent(number):
    """Run in a child: it gets this signal when the test program is gone."""
    _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def limit(seconds):
    return seconds * PATIENCE


def until(condition, seconds=10, what="the condition"):
    """Poll `condition` until it is true; its value is returned."""
    end = time.monotonic() + limit(seconds)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true in time")
        time.sleep(0.005)


def is_emulated():
    """Whether the program is made for another machine than Python."""
    def machine(path):
        with open(path, "rb") as file:
            return file.read(20)[18:]  # e_machine of an ELF file

    return machine(PROGRAM) != machine(sys.executable)


def is_instrumented(path):
    """Whether a sanitizer is built in."""
    with open(path, "rb") as file:
        content = file.read()
    return b"__asan_init" in content or b"__tsan_init" in content


def corpus_file(code, name=None):
    return CORPUS / code / (name or f"{code}.gif")

"""
One run of one peer: its costs, and whether it did the work.
"""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import threading
import time

LIMIT_S = 300


class Failed(Exception):
    """A peer that did other work, or none: its times are worth nothing."""


@dataclasses.dataclass
class Run:
    wall_s: float
    cpu_s: float
    server_cpu_s: float
    connections: int


class Peaks:
    """The most threads that a process was seen with, and its peak of memory.
    wait4() has the latter, too, but with that of who started the process."""

    def __init__(self, pid):
        self.threads = 0
        self.rss_kib = 0
        self._status = pathlib.Path(f"/proc/{pid}/status")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self):
        while not self._ended.wait(0.001):
            try:
                text = self._status.read_text()
            except OSError:
                return
            self.threads = max(self.threads, _number(text, "Threads"))
            self.rss_kib = max(self.rss_kib, _number(text, "VmHWM"))

    def end(self):
        self._ended.set()
        self._thread.join()
        return self


def _number(status, name):
    words = status.partition(f"\n{name}:")[2].split()
    return int(words[0]) if words else 0


def _wait(process):
    """Its usage; a run without end is ended."""
    watch = threading.Timer(LIMIT_S, process.kill)
    watch.start()
    _, status, usage = os.wait4(process.pid, 0)
    watch.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage


def run(command, case, server, home, look=False):
    """The Run, and its Peaks if those are looked at, which disturbs."""
    out = home / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    log = home / "log"
    accepted, busy = server.connections(), server.busy_ns()
    with open(log, "wb") as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in command], cwd=home,
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C",
                 "HOME": str(home), "TMPDIR": str(home)})
        peaks = Peaks(process.pid) if look else None
        usage = _wait(process)
        wall = time.perf_counter() - began
    found = Run(wall, usage.ru_utime + usage.ru_stime,
                (server.busy_ns() - busy) / 1e9,
                server.connections() - accepted)
    _check(process.returncode, case, out, log, str(command[0]))
    return found, peaks.end() if peaks else None


def _check(status, case, out, log, program):
    said = log.read_text(errors="replace")
    wrong = f"status {status}" if status else None
    if pathlib.Path(program).name == "h2load":
        if f"{case.files} succeeded, 0 failed, 0 errored" not in said:
            wrong = "not all requests succeeded"
    elif not wrong and case.local:
        count = sum(path.suffix == ".gif" for path in out.iterdir())
        wrong = None if count == case.files else f"{count} files"
    elif not wrong:
        wrong = case.verify(out)
    if wrong:
        raise Failed(f"{wrong}: {said[-300:]}")

"""Programs that run, and what is left of those that ended."""

import dataclasses
import os
import re
import shlex
import signal
import subprocess
import threading
import time

from .environment import die_with_parent, limit


@dataclasses.dataclass
class Finished:
    """A run that ended. A negative status is the signal it died of."""

    command: list
    status: int
    stdout: str
    stderr: str

    def __str__(self):
        return (f"$ {shlex.join(self.command)}\nstatus {self.status}\n"
                f"--- stdout\n{self.stdout}--- stderr\n{self.stderr}---")


class Running:
    """A run in progress. Its output is collected by two threads, so that a
    full pipe never blocks it."""

    def __init__(self, command, orphaned=signal.SIGKILL, **how):
        self.command = [str(word) for word in command]
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL,
            preexec_fn=lambda: die_with_parent(orphaned), **how)
        self._text = {"stdout": b"", "stderr": b""}
        self._changed = threading.Condition()
        self._readers = []
        for name in self._text:
            pipe = getattr(self.process, name)
            if pipe:
                reader = threading.Thread(
                    target=self._read, args=(name, pipe), daemon=True)
                reader.start()
                self._readers.append(reader)

    def _read(self, name, pipe):
        while True:
            piece = os.read(pipe.fileno(), 65536)
            with self._changed:
                self._text[name] += piece
                self._changed.notify_all()
            if not piece:
                pipe.close()
                return

    @property
    def pid(self):
        return self.process.pid

    def text(self, name):
        with self._changed:
            return self._text[name].decode("utf-8", "surrogateescape")

    def wait_for(self, pattern, name="stdout", seconds=20):
        """Wait until the output holds the pattern; the match is returned."""
        end = time.monotonic() + limit(seconds)
        with self._changed:
            while True:
                text = self._text[name].decode("utf-8", "surrogateescape")
                found = re.search(pattern, text, re.MULTILINE)
                if found:
                    return found
                left = end - time.monotonic()
                ended = not any(r.is_alive() for r in self._readers)
                if left <= 0 or ended:
                    raise AssertionError(
                        f"no {pattern!r} in {name} of "
                        f"{shlex.join(self.command)}: {self._text}")
                self._changed.wait(min(left, 0.2))

    def signal(self, number):
        self.process.send_signal(number)

    def finish(self, seconds=30):
        """Wait for the end, then for the end of its output."""
        try:
            status = self.process.wait(limit(seconds))
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"{shlex.join(self.command)} did not end within "
                f"{limit(seconds)} s: {self._text}") from None
        for reader in self._readers:
            reader.join(limit(5))
        return Finished(self.command, status, self.text("stdout"),
                        self.text("stderr"))

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Server:
    """A server that runs as a process; `url` is the base of its flags."""

    def __init__(self, running, url, urls=()):
        self.running = running
        self.url = url
        self.urls = list(urls) or [url]

    @property
    def pid(self):
        return self.running.pid

    @property
    def port(self):
        return int(re.search(r":(\d+)", self.url[6:]).group(1))

    def stop(self, number=signal.SIGTERM):
        """End it in order. The finished run is returned."""
        if self.running.process.poll() is None:
            self.running.signal(number)
        return self.running.finish()

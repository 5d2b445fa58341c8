"""The progress bar moves by a clock of its own, on a terminal of the test's."""

import os
import pty
import re
import select
import signal

import harness
from harness import Case, per_strategy

TICKS = 5


@per_strategy
class Bar(Case):
    def stalled(self):
        """A server that takes requests and answers none."""
        return self.raw_server(lambda connection: connection.hold())

    def watch(self, enough, *args):
        """What the terminal saw until `enough` of it was there and the run was
        interrupted, and how it ended."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        try:
            running = self.start("get", "-o", self.out, *args, stderr=theirs,
                                 env={"TERM": "xterm", "COLUMNS": "100",
                                      "LC_ALL": "C", "NO_COLOR": "1"})
        finally:
            os.close(theirs)
        seen = ""
        interrupted = False
        while True:
            ready, _, _ = select.select([ours], [], [], harness.limit(30))
            self.assertTrue(ready, f"neither output nor an end: {seen!r}")
            try:
                seen += os.read(ours, 65536).decode()
            except OSError:  # EIO: nobody has the terminal any more
                return running.finish(), seen
            if not interrupted and enough(seen):
                interrupted = True
                running.signal(signal.SIGINT)

    def times(self, seen, numbers):
        return set(re.findall(numbers + r" (\d+\.\d)s", seen))

    def test_it_moves_while_nothing_arrives(self, strategy):
        server = self.stalled()

        run, seen = self.watch(
            lambda seen: "in flight" in seen
            and len(self.times(seen, "0/2")) >= TICKS,
            "-S", strategy, "-s", server.url, "BR", "DE")

        self.assertStatus(run, -signal.SIGINT)
        self.assertRegex(
            seen, rf"0/2 \d+\.\ds, {1 if strategy == 'sequential' else 2}"
            r" in flight")
        self.assertNotIn("ETA", seen)  # nothing is done: nobody can tell

    def test_a_list_that_is_read_as_it_goes_has_no_whole(self, strategy):
        server = self.stalled()
        (self.home / "list").write_text(f"{server.url}/a.gif\n")

        run, seen = self.watch(
            lambda seen: len(self.times(seen, r"K0")) >= TICKS,
            "-S", strategy, "-i", self.home / "list")

        self.assertStatus(run, -signal.SIGINT)
        self.assertNotRegex(seen, r"0/|ETA|%|#")

    def test_it_counts_the_bytes_of_a_body_that_has_stalled(self, strategy):
        def answer(connection):
            connection.read_request()
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"
                            b"GIF89a" + bytes(2042))
            connection.hold()

        server = self.raw_server(answer)

        run, _ = self.watch(lambda seen: ", 1 in flight, 2.0 KiB" in seen,
                            "-S", strategy, "-s", server.url, "BR")

        self.assertStatus(run, -signal.SIGINT)


harness.main()

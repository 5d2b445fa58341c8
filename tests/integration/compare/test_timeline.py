"""Who waited for what: the timeline that is drawn, and the trace that viewers
open."""

import collections
import fcntl
import os
import pty
import re
import signal
import struct
import termios

import harness
from harness import Case, corpus_file, per_strategy
from traced import CODES, PHASES, Trace, WithTrace

LEGEND = {"·": "queued", "░": "connecting", "▒": "waiting", "█": "receiving",
          "▪": "saving", "×": "failed", "┄": "backing off"}


def mixed(connection):
    """418 for BA, 404 for ZZ, nothing for HU, the flag for all others."""
    while request := connection.read_request():
        code = request.path.split("/")[2]
        if code == "ba":
            connection.answer(418, b"no")
        elif code == "zz":
            connection.answer(404, b"no")
        elif code == "hu":
            return
        else:
            connection.answer(200, corpus_file(code).read_bytes())


@per_strategy
class OfEachStrategy(WithTrace):
    def test_a_trace_has_a_slice_for_each_item(self, strategy):
        trace, _ = self.trace("-S", strategy, "-s", self.serve().url)

        attempts = trace.by_item()
        self.assertEqual(sorted(attempts), CODES)
        for attempt in attempts.values():
            self.assertEqual(attempt["args"], {"attempt": 1, "status": "ok"})
            names = [phase["name"] for phase in attempt["phases"]]
            self.assertEqual(names, sorted(names, key=PHASES.index))
            self.assertIn("waiting", names)
        self.assertEqual(trace.in_flight()[-1], 0)

    def test_a_trace_tells_both_requests_of_an_item(self, strategy):
        trace, _ = self.trace("-S", strategy, "-c", "-s", self.serve().url)

        for attempt in trace.by_item().values():
            waits = [phase["args"] for phase in attempt["phases"]
                     if phase["name"] == "waiting"]
            self.assertEqual([args["request"] for args in waits], [1, 2])
            if strategy != "async":  # whose connections are everybody's
                self.assertEqual(waits[1]["connection"], "kept")
                self.assertEqual(waits[1]["local_port"],
                                 waits[0]["local_port"])

    def test_a_trace_tells_how_items_failed(self, strategy):
        server = self.raw_server(mixed)
        trace, _ = self.trace("-S", strategy, "-s", server.url, "BA", "BR",
                              "HU", "ZZ", status=1)

        attempts = trace.by_item()
        self.assertEqual(
            {name: attempt["args"]["status"]
             for name, attempt in attempts.items()},
            {"BA": "error", "BR": "ok", "HU": "error", "ZZ": "not_found"})
        self.assertIn("418", attempts["BA"]["args"]["why"])
        for name in ("BA", "HU", "ZZ"):
            self.assertEqual(attempts[name]["phases"][-1]["name"], "failed")

    def test_a_trace_of_a_server_that_is_not_there_is_whole(self, strategy):
        trace, _ = self.trace("-S", strategy, "-s", harness.refused_url(),
                              "BR", "US", status=3)

        for attempt in trace.by_item().values():
            self.assertEqual([phase["name"] for phase in attempt["phases"]],
                             ["failed"])
            self.assertIn("refused", attempt["args"]["why"])

    def test_an_interrupt_leaves_both_whole(self, strategy):
        def answer(connection):
            while request := connection.read_request():
                if "/bd/" not in request.path:
                    connection.hold()
                    return
                connection.answer(200, corpus_file("bd").read_bytes())

        server = self.raw_server(answer)
        path = self.home / "trace.json"
        running = self.start("get", "-S", strategy, "-s", server.url, "-o",
                             self.out, "-t", "60", "--timeline", "--trace",
                             path)
        server.wait_for_requests(2)
        harness.until(lambda: (self.out / "bd.gif").exists())
        running.signal(signal.SIGINT)
        run = running.finish(10)

        self.assertStatus(run, -signal.SIGINT)
        trace = Trace(self, path.read_bytes())
        attempts = trace.by_item()
        self.assertEqual(attempts.pop("BD")["args"]["status"], "ok")
        self.assertGreaterEqual(len(attempts), 1)
        for attempt in attempts.values():
            self.assertEqual(attempt["args"]["status"], "cancelled")
        self.assertIn("interrupted", [event["name"] for event in trace.events])
        self.assertEqual(list(rows(run.stdout)), CODES)
        self.assertEqual(len(re.findall(r"(?m) cancelled$", run.stdout)), 19)

    def test_a_timeline_has_a_row_for_each_item(self, strategy):
        run = self.get("-S", strategy, "--timeline", "-s",
                       self.serve("--delay", "100ms").url)

        self.assertStatus(run, 0)
        self.assertEqual(list(rows(run.stdout)), CODES)
        self.assertIn("Elapsed time: ", run.stdout.split(f"\n{strategy}")[0])
        for line in run.stdout.splitlines():
            self.assertLessEqual(len(line), 100, line)
        legend = run.stdout.splitlines()[-1]
        for bar in rows(run.stdout).values():
            drawn = [LEGEND[cell] for cell in bar.strip()]
            self.assertEqual(drawn, sorted(drawn, key=list(
                LEGEND.values()).index))
            self.assertIn("waiting", drawn)
            for phase in drawn:
                self.assertIn(phase, legend)

    def test_quiet_leaves_the_timeline(self, strategy):
        run = self.get("-q", "-S", strategy, "--timeline", "-s",
                       self.serve().url, "BR")

        self.assertStatus(run, 0)
        self.assertRegex(run.stdout, rf"\A{strategy}\b.*: 1 item in \d")
        self.assertEqual(run.stderr, "")


def rows(text):
    """Code -> cells, of a timeline 100 columns wide."""
    found = re.findall(
        r"^([A-Z]{2})  (.+?)  *(?:[\d.]+ (?:us|ms|s)|-)(?:  \S.*)?$", text,
        re.MULTILINE)
    return collections.OrderedDict(found)


def first_cell(bar):
    """Where an item stopped being queued."""
    return len(bar) - len(bar.lstrip("·"))


def most_at_once(bars):
    """How many items were under way in the busiest cell."""
    cells = zip(*(bar.ljust(100) for bar in bars))
    return max(sum(cell not in " ·" for cell in column) for column in cells)


class Strategies(WithTrace):
    """The delays are long enough for all threads to begin within the first,
    even where they are slow."""

    def test_sequential_is_one_slice_after_the_other(self):
        trace, run = self.trace("-S", "sequential", "--timeline", "-s",
                                self.serve("--delay", "20ms").url)

        self.assertEqual(trace.threads(), ["worker 1"])
        self.assertEqual(trace.names["process", 1, 0], "sequential")
        self.assertEqual(set(trace.in_flight()), {0, 1})
        (attempts,) = trace.attempts.values()
        self.assertEqual([attempt["name"] for attempt in attempts], CODES)
        # A staircase: nobody begins before the one above has ended.
        bars = list(rows(run.stdout).values())
        for above, below in zip(bars, bars[1:]):
            self.assertLessEqual(len(above.rstrip()), first_cell(below) + 1)

    def test_five_threads_are_five_threads(self):
        trace, run = self.trace("-S", "threaded", "-m", "5", "--timeline",
                                "-s", self.serve("--delay", "300ms").url)

        self.assertEqual(trace.threads(),
                         [f"worker {number}" for number in range(1, 6)])
        self.assertEqual(trace.names["process", 1, 0], "threaded -m 5")
        self.assertEqual(max(trace.in_flight()), 5)
        self.assertEqual(most_at_once(rows(run.stdout).values()), 5)

    def test_async_has_slots(self):
        trace, run = self.trace("-S", "async", "-m", "7", "--timeline", "-s",
                                self.serve("--delay", "300ms").url)

        self.assertEqual(trace.threads(),
                         [f"slot {number}" for number in range(1, 8)])
        self.assertEqual(trace.names["process", 1, 0], "async -m 7")
        self.assertEqual(max(trace.in_flight()), 7)
        self.assertEqual(most_at_once(rows(run.stdout).values()), 7)

    def test_kept_connections_are_not_connected_again(self):
        url = self.serve().url
        trace, _ = self.trace("-S", "sequential", "-s", url)
        (attempts,) = trace.attempts.values()

        self.assertEqual([name for attempt in attempts
                          for name in {phase["name"]
                                       for phase in attempt["phases"]}
                          if name == "connecting"], ["connecting"])

        trace, _ = self.trace("-S", "sequential", "--reuse", "no", "-s",
                              url)
        (attempts,) = trace.attempts.values()

        for attempt in attempts:
            self.assertEqual(attempt["phases"][0]["name"], "connecting")
            self.assertEqual(attempt["phases"][0]["args"]["connection"], "new")


class Files(WithTrace):
    def test_stdout_is_the_trace_alone(self):
        run = self.get("--trace", "-", "--timeline", "-v", "-s",
                       self.serve().url, "BR", "US")

        self.assertStatus(run, 0)
        self.assertEqual(sorted(Trace(self, run.stdout).by_item()),
                         ["BR", "US"])
        self.assertRegex(run.stderr, r"(?m)^2 flags downloaded\.$")
        self.assertRegex(run.stderr, r"(?m)^BR OK$")
        self.assertEqual(list(rows(run.stderr)), ["BR", "US"])

    def test_a_quiet_trace_on_stdout_leaves_stderr_alone(self):
        run = self.get("-q", "--trace", "-", "-s", self.serve().url, "BR")

        self.assertStatus(run, 0)
        self.assertEqual(list(Trace(self, run.stdout).by_item()), ["BR"])
        self.assertEqual(run.stderr, "")

    def test_what_cannot_be_written_is_found_before_anybody_is_contacted(self):
        wire = self.tripwire()
        run = self.get("--trace", "no/such/x.json", "-s", wire.url)

        self.assertStatus(run, 5)
        self.assertEqual(run.stdout, "")
        self.assertEqual(
            run.stderr, "flags: cannot write to 'no/such/x.json': "
            "No such file or directory\n")
        self.assertFalse(wire.contacted())

    def test_the_output_directory_may_hold_the_trace(self):
        run = self.get("--trace", self.out / "trace.json", "-s",
                       self.serve().url, "BR")

        self.assertStatus(run, 0)
        Trace(self, (self.out / "trace.json").read_bytes())

    def test_a_full_disk_is_told(self):
        # A short trace stays in the buffer until the end, a long one does not.
        for codes in (["BR"], ["-a"]):
            run = self.get("--trace", "/dev/full", "-s", self.serve().url,
                           *codes)

            self.assertStatus(run, 5)
            self.assertEqual(
                run.stderr, "flags: cannot write all of '/dev/full': "
                "No space left on device\n")
            self.assertIn("downloaded.", run.stdout)

    def test_a_full_stdout_is_told(self):
        for options in (["--trace", "-"], ["-q", "--timeline"]):
            with open("/dev/full", "wb") as full:
                run = self.get(*options, "-a", "-s", self.serve().url,
                               stdout=full)

            self.assertStatus(run, 5)
            self.assertIn("flags: cannot write to standard output: "
                          "No space left on device\n", run.stderr)

    def test_a_reader_that_goes_away_ends_the_run(self):
        reader, writer = os.pipe()
        os.close(reader)
        try:
            run = self.get("-q", "--trace", "-", "-a", "-s",
                           self.serve("--delay", "20ms").url, stdout=writer)
        finally:
            os.close(writer)

        self.assertStatus(run, -signal.SIGPIPE)
        self.assertEqual(run.stderr, "")

    def test_an_empty_name_is_a_usage_error(self):
        run = self.get("--trace=", "BR")

        self.assertStatus(run, 2)
        self.assertRegex(run.stderr, r"\Aflags: --trace: ")


class Terminal(Case):
    def draw(self, columns, **env):
        """The timeline as a terminal of that width gets it."""
        main, other = pty.openpty()
        self.addCleanup(os.close, main)
        fcntl.ioctl(other, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 40, columns, 0, 0))
        run = self.get("-q", "--timeline", "-s", self.serve().url, "BR", "US",
                       stdout=other, env={"TERM": "xterm", **env})
        self.assertStatus(run, 0)
        text = os.read(main, 65536)
        os.close(other)
        return text.decode().replace("\r\n", "\n")

    def test_its_width_is_the_limit(self):
        for columns, width in ((60, 60), (300, 100)):
            text = re.sub(r"\x1b\[\d*m", "", self.draw(columns))
            self.assertLessEqual(max(map(len, text.splitlines())), width)
            self.assertGreaterEqual(max(map(len, text.splitlines())),
                                    width - 4)

    def test_it_gets_colours_unless_they_are_not_wanted(self):
        self.assertIn("\x1b[", self.draw(80))
        self.assertNotIn("\x1b[", self.draw(80, NO_COLOR="1"))
        self.assertNotIn("\x1b[", self.draw(80, TERM="dumb"))

    def test_another_locale_gets_ascii(self):
        run = self.get("-q", "--timeline", "-s", self.serve().url, "BR",
                       env={"LC_ALL": "C"})

        self.assertTrue(run.stdout.isascii(), run.stdout)
        self.assertRegex(run.stdout, r"(?m)^BR  .*=")


if __name__ == "__main__":
    harness.main()

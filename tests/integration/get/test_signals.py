"""SIGINT, SIGTERM, SIGHUP, SIGQUIT: start nothing, cancel what runs, report,
and die of the signal. D6: an interrupt loses the report, and counts need not
add up. SIGUSR1 asks how far it is."""

import re
import signal
import socket
import threading

import harness
from harness import Case, corpus_file, counted, files_in, per_strategy

GIF = corpus_file("br").read_bytes()


def only(wanted):
    """Answers for one code, and leaves everybody else waiting."""
    def answer(connection):
        while request := connection.read_request():
            if f"/{wanted}/" not in request.path:
                connection.hold()
                return
            connection.answer(200, corpus_file("bd").read_bytes())
    return answer


@per_strategy
class Interrupt(Case):
    def interrupt(self, strategy, number, first, *args, in_flight=1):
        """Signal a run of which only the `first` flag has arrived, and of
        whose other requests so many have reached the server."""
        server = self.raw_server(only(first))
        running = self.start("get", "-S", strategy, "-s", server.url, "-o",
                             self.out, "-t", "60", *args)
        server.wait_for_requests(1 + in_flight)
        harness.until(lambda: (self.out / f"{first}.gif").exists())
        running.signal(number)
        return running.finish(10)

    def check(self, strategy, number):
        run = self.interrupt(strategy, number, "bd")

        self.assertStatus(run, -number)
        self.assertRegex(run.stdout, r"(?im)^interrupted\b")
        self.assertEqual(counted(run)["ok"], 1, str(run))
        self.assertEqual(sum(counted(run).values()), 20, str(run))
        self.assertCorpus(self.out, ["bd"])
        self.assertEqual(
            [path.name for path in self.out.iterdir()
             if path.name.startswith(".flags-") and path.is_dir()], [])

    def test_by_sigint(self, strategy):
        self.check(strategy, signal.SIGINT)

    def test_by_sigterm(self, strategy):
        self.check(strategy, signal.SIGTERM)

    def test_by_sighup(self, strategy):
        self.check(strategy, signal.SIGHUP)

    def test_by_sigquit_which_tells_what_is_in_flight(self, strategy):
        count = 1 if strategy == "sequential" else 3
        run = self.interrupt(strategy, signal.SIGQUIT, "bd", "-m", str(count),
                             in_flight=count)

        self.assertStatus(run, -signal.SIGQUIT)
        self.assertRegex(run.stdout, r"(?im)^interrupted\b")
        self.assertEqual(sum(counted(run).values()), 20, str(run))
        listed = re.findall(
            r"^  ([A-Z]{2}): waiting for an answer since \d+\.\d\d s, "
            r"started \d+\.\d\d s ago, attempt 1$", run.stderr, re.MULTILINE)
        self.assertIn(f"flags: in flight: {count}\n", run.stderr)
        self.assertEqual(len(listed), count, str(run))
        tasks = re.findall(r"^Task-\d+ \((\w+)\) (.*)$", run.stderr,
                           re.MULTILINE)
        self.assertEqual(
            sorted(name for name, _ in tasks),
            ["run_attempt"] * 3 + ["supervise"] if strategy == "async"
            else [], str(run))
        for name, state in tasks:
            self.assertRegex(state, r"^(awaits .+|ends|runs), asked to end$",
                             name)
        if tasks:
            self.assertGreater(run.stderr.index("Task-"),
                               run.stderr.index("in flight:"))
        self.assertEqual(sorted(path.name for path in self.out.iterdir()),
                         [".flags-manifest.jsonl", "bd.gif"])
        self.assertEqual(list(self.home.glob("core*")), [])

    def test_by_sigusr1_it_tells_how_far_it_is_and_goes_on(self, strategy):
        server = self.raw_server(only("bd"))
        running = self.start("get", "-S", strategy, "-s", server.url, "-o",
                             self.out, "-t", "60", "-m",
                             "1" if strategy == "sequential" else "2")
        server.wait_for_requests(2 if strategy == "sequential" else 3)
        harness.until(lambda: (self.out / "bd.gif").exists())

        def answered():
            running.signal(signal.SIGUSR1)
            return re.search(r"^flags: 1 of 20: 1 ok, [12] in flight$",
                             running.text("stderr"), re.MULTILINE)

        harness.until(answered)
        running.signal(signal.SIGTERM)
        run = running.finish()

        self.assertStatus(run, -signal.SIGTERM)
        self.assertEqual(sum(counted(run).values()), 20, str(run))

    def test_counts_add_up_for_a_wildcard_too(self, strategy):
        run = self.interrupt(strategy, signal.SIGINT, "ba", "-m",
                             "1" if strategy == "sequential" else "3", "b")

        self.assertStatus(run, -signal.SIGINT)
        self.assertEqual(sum(counted(run).values()), 26, str(run))

    def test_while_connecting_ends_the_run_as_well(self, strategy):
        # A listening socket whose queue is full: connections hang.
        full = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.addCleanup(full.close)
        fillers = []
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
            fillers.append(filler)
            self.addCleanup(filler.close)
        running = self.start(
            "get", "-S", strategy, "-o", self.out, "-v", "-s",
            f"http://127.0.0.1:{full.getsockname()[1]}/flags",
            "--connect-timeout", "60", "-t", "60", "BR")
        # The directory of the run is made before anybody is contacted.
        harness.until(lambda: self.out.is_dir())

        running.signal(signal.SIGINT)

        self.assertStatus(running.finish(10), -signal.SIGINT)


@per_strategy
class Twice(Case):
    def test_an_echo_of_the_signal_does_not_cost_the_report(self, strategy):
        # timeout(1) signals its child, then the group that it is in; when a
        # terminal closes, kernel and shell both tell.
        server = self.raw_server(only("bd"))
        running = self.start("get", "-S", strategy, "-s", server.url, "-o",
                             self.out, "-t", "60")
        server.wait_for_requests(2)
        harness.until(lambda: (self.out / "bd.gif").exists())

        running.signal(signal.SIGTERM)
        running.signal(signal.SIGHUP)
        run = running.finish(10)

        self.assertIn(run.status, (-signal.SIGTERM, -signal.SIGHUP))
        self.assertEqual(sum(counted(run).values()), 20, str(run))


class Ignored(Case):
    def test_sighup_that_was_ignored_stays_ignored(self):
        # As under nohup.
        release = threading.Event()

        def answer(connection):
            while connection.read_request():
                release.wait(harness.limit(10))
                connection.answer(200, GIF)

        server = self.raw_server(answer)
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            running = self.start("get", "-s", server.url, "-o", self.out, "BR")
        finally:
            signal.signal(signal.SIGHUP, before)
        server.wait_for_requests(1)
        running.signal(signal.SIGHUP)
        release.set()

        self.assertStatus(running.finish(), 0)
        self.assertEqual(list(files_in(self.out)), ["br.gif"])


harness.main()

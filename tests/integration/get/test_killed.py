"""Signals at random times: whatever the moment, only complete files have final
names, the counts add up and agree with them, what is left is removed by the
next run, and nothing of the user's is touched.

FLAGS_KILLS is how many runs of each kind there are (default: 10; a release has
seen 200), FLAGS_SEED the seed of their times."""

import os
import random
import signal
import time

import harness
from harness import (MOST_POPULOUS, Case, corpus_file, counted, files_in,
                     per_strategy)

KILLS = int(os.environ.get("FLAGS_KILLS", "10"))
SEED = int(os.environ.get("FLAGS_SEED", "1"))

# What is sent, one after the other, and what of it may end the run.
KINDS = {
    "INT": ([signal.SIGINT], {signal.SIGINT}),
    "TERM": ([signal.SIGTERM], {signal.SIGTERM}),
    "HUP": ([signal.SIGHUP], {signal.SIGHUP}),
    "QUIT": ([signal.SIGQUIT], {signal.SIGQUIT}),
    "USR1": ([signal.SIGUSR1, signal.SIGUSR1], {signal.SIGUSR1}),
    "TSTP+CONT": ([signal.SIGTSTP, signal.SIGCONT], set()),
    "INT+TERM": ([signal.SIGINT, signal.SIGTERM],
                 {signal.SIGINT, signal.SIGTERM}),
}


@per_strategy
class Killed(Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve("--delay", "uniform:.01:.05")
        self.random = random.Random(SEED)

    def begin(self, strategy):
        return self.start("get", "-S", strategy, "-s", self.server.url, "-o",
                          self.out, *([] if strategy == "sequential"
                                      else ["-m", "5"]))

    def measure(self, strategy):
        """How long a run takes here and now."""
        begin = time.monotonic()
        self.assertStatus(self.begin(strategy).finish(), 0)
        took = time.monotonic() - begin
        for path in self.out.iterdir():
            path.unlink()
        # What a run writes, in a directory that is named as a run's own.
        (self.out / ".flags-backup").mkdir()
        (self.out / ".flags-backup" / "1.part").write_bytes(b"mine")
        (self.out / "notes").write_bytes(b"mine, too")
        return took

    def check_files(self, run):
        found = files_in(self.out)
        self.assertEqual(found.pop("notes"), b"mine, too")
        for name, content in found.items():
            self.assertTrue(
                content == corpus_file(name.removesuffix(".gif")).read_bytes(),
                f"{name} is not complete\n{run}")
        return found

    def hidden(self):
        return [path.name for path in self.out.iterdir()
                if path.name.startswith(".flags-")
                and path.name not in (".flags-backup",
                                      ".flags-manifest.jsonl")]

    def check_the_next_run(self, strategy):
        self.assertStatus(self.begin(strategy).finish(), 0)
        self.assertEqual(self.hidden(), [])
        self.assertEqual(
            (self.out / ".flags-backup" / "1.part").read_bytes(), b"mine")
        found = files_in(self.out)
        self.assertEqual(sorted(found), sorted(
            ["notes", *(f"{code}.gif" for code in MOST_POPULOUS)]))

    def test_by_sigkill(self, strategy):
        took = self.measure(strategy)
        partial = 0
        for _ in range(KILLS):
            running = self.begin(strategy)
            time_is_up(self.random.uniform(0, took), running)
            running.signal(signal.SIGKILL)
            run = running.finish()
            self.assertIn(run.status, (0, -signal.SIGKILL))
            found = self.check_files(run)
            partial += 0 < len(found) < len(MOST_POPULOUS)
            for name in found:
                (self.out / name).unlink()
        self.check_the_next_run(strategy)
        print(f"# {strategy}: {KILLS} times SIGKILL, {partial} of them in the "
              "middle", flush=True)

    def test_by_other_signals(self, strategy):
        took = self.measure(strategy)
        ended = 0
        kinds = list(KINDS)
        for i in range(KILLS):
            kind = kinds[i % len(kinds)]
            numbers, may_end = KINDS[kind]
            running = self.begin(strategy)
            time_is_up(self.random.uniform(0, took), running)
            for number in numbers:
                running.signal(number)
                time_is_up(self.random.uniform(0, took / 4), running)
            run = running.finish()
            with self.subTest(kind, number=i):
                self.check_end(run, may_end, len(numbers) > 1)
            ended += run.status < 0
            for name in self.check_files(run):
                (self.out / name).unlink()
        self.check_the_next_run(strategy)
        print(f"# {strategy}: {KILLS} times other signals, {ended} ended a "
              "run", flush=True)

    def check_end(self, run, may_end, pair):
        found = self.check_files(run)
        counts = counted(run)
        self.assertIn(run.status, {0, *(-number for number in may_end)},
                      str(run))
        if counts:
            self.assertEqual(sum(counts.values()), len(MOST_POPULOUS), str(run))
            self.assertEqual(counts.get("ok", 0), len(found), str(run))
            self.assertEqual(self.hidden(), [], str(run))
        elif not pair:
            # It came before there was a handler, and so before all else.
            self.assertEqual((found, run.stdout), ({}, ""), str(run))


def time_is_up(seconds, running):
    """Wait so long, or until the run has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and running.process.poll() is None:
        time.sleep(0.0005)


harness.main()

"""Signals at random times: whatever the moment, only complete files have final
names, the counts add up and agree with them, what is left is removed by the
next run, and nothing of the user's is touched.

FLAGS_KILLS is how many runs of each kind there are (default: 10; a release has
seen 200), half of them of a list with tries, bodies that are continued and a
manifest; FLAGS_SEED is the seed of their times."""

import hashlib
import json
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
        for _ in range((KILLS + 1) // 2):
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
        print(f"# {strategy}: {(KILLS + 1) // 2} times SIGKILL, {partial} of "
              "them in the middle", flush=True)

    def test_by_other_signals(self, strategy):
        took = self.measure(strategy)
        ended = 0
        kinds = list(KINDS)
        for i in range((KILLS + 1) // 2):
            kind = kinds[i % len(kinds)]
            numbers, may_end = KINDS[kind]
            running = self.begin(strategy)
            send(numbers, running, took, self.random)
            run = running.finish()
            with self.subTest(kind, number=i):
                self.check_end(run, may_end, len(numbers) > 1)
            ended += run.status < 0
            for name in self.check_files(run):
                (self.out / name).unlink()
        self.check_the_next_run(strategy)
        print(f"# {strategy}: {(KILLS + 1) // 2} times other signals, {ended} "
              "ended a run", flush=True)

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


@per_strategy
class KilledLists(Case):
    """Each run goes on where the last one ended, until all is there."""

    SMALL, LARGE = 24, 2

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.killed = self.torn = 0
        root = self.home / "root"
        root.mkdir()
        self.whole = {}
        for number in range(self.SMALL + self.LARGE):
            size = 3000 if number < self.SMALL else 1_200_000
            self.whole[f"{number}.bin"] = self.random.randbytes(size)
        for name, content in self.whole.items():
            (root / name).write_bytes(content)
        self.server = self.serve(
            "--root", root, "--fault", "delay=uniform:.005:.02 #2-",
            "--fault", "status=503 @/flags/1*.bin #1",
            "--fault", "reset=headers @/flags/2.bin #1",
            "--fault", "truncate=90% @/flags/2?.bin #1")
        self.listed = self.home / "list"
        self.listed.write_text("".join(
            f"{self.server.url}/{name}\n" for name in self.whole))

    def begin(self, strategy):
        return self.start(
            "get", "-S", strategy, "-o", self.out, "-i", self.listed,
            "--retry", "3", "--retry-delay", "10ms", "--skip-existing",
            *([] if strategy == "sequential" else ["-m", "5"]),
            env={"FLAGS_ORIGIN": self.server.url})

    def hidden(self):
        return [path.name for path in self.out.iterdir()
                if path.name.startswith(".flags-")
                and path.name != ".flags-manifest.jsonl"]

    def check(self, run):
        """What is there is whole, and what the manifest names is there."""
        if not self.out.exists():
            return {}
        found = files_in(self.out)
        for name, content in found.items():
            self.assertTrue(content == self.whole[name],
                            f"{name} is not complete\n{run}")
        manifest = self.out / ".flags-manifest.jsonl"
        lines = manifest.read_bytes().split(b"\n") if manifest.exists() else [
            b""]
        torn = 0
        for line in lines[:-1]:  # the last one may be torn
            try:
                entry = json.loads(line)
            except ValueError:
                torn += 1
                self.assertTrue(b'{"file":'.startswith(line[:8]), line)
                continue
            self.assertEqual(
                hashlib.sha256(found[entry["file"]]).hexdigest(),
                entry["sha256"], str(run))
        # SIGKILL may tear a line, for Linux ends a write() between two pages; the
        # next run goes on behind it with a new one, and fetches its file again.
        # Nothing else may.
        self.assertLessEqual(torn, self.killed, lines)
        self.torn = max(self.torn, torn)
        return found

    def to_the_end(self, strategy):
        """A run that nobody ends; how long it takes, with nothing there."""
        begin = time.monotonic()
        run = self.begin(strategy).finish()
        took = time.monotonic() - begin
        self.assertStatus(run, 0)
        self.assertEqual(self.check(run).keys(), self.whole.keys())
        self.assertEqual(self.hidden(), [])
        counts = counted(run)
        self.assertEqual(counts.get("ok", 0) + counts.get("skipped", 0),
                         len(self.whole), str(run))
        verified = self.flags("verify", self.out)
        self.assertStatus(verified, 0)
        for path in self.out.iterdir():
            path.unlink()
        self.killed = 0
        return took

    def kill(self, strategy, kinds):
        took = self.to_the_end(strategy)
        went_on = 0
        for i in range((KILLS + 1) // 2):
            numbers, may_end = kinds[i % len(kinds)]
            running = self.begin(strategy)
            send(numbers, running, took, self.random)
            run = running.finish()
            self.assertIn(run.status, {0, *(-number for number in may_end)},
                          str(run))
            self.killed += run.status == -signal.SIGKILL
            found = self.check(run)
            self.assertLessEqual(counted(run).get("ok", 0), len(found),
                                 str(run))
            went_on += 0 < len(found) < len(self.whole)
            if len(found) == len(self.whole):
                self.to_the_end(strategy)
        self.to_the_end(strategy)
        print(f"# {strategy}: {(KILLS + 1) // 2} times of a list, {went_on} "
              f"of them in the middle, lines torn: {self.torn}", flush=True)

    def test_by_sigkill(self, strategy):
        self.kill(strategy, [([signal.SIGKILL], {signal.SIGKILL})])

    def test_by_other_signals(self, strategy):
        self.kill(strategy, list(KINDS.values()))


def send(numbers, running, took, draw):
    time_is_up(draw.uniform(0, took), running)
    for number in numbers:
        running.signal(number)
        time_is_up(draw.uniform(0, took / 4), running)


def time_is_up(seconds, running):
    """Wait so long, or until the run has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and running.process.poll() is None:
        time.sleep(0.0005)


harness.main()

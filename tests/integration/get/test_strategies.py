"""Every strategy meets the same weather and makes the same of it."""

import re
import shutil
import subprocess
import unittest
import urllib.request

import harness
from harness import STRATEGIES, Case, counted, files_in

WEATHER = ("--profile", "ERROR", "--delay", "uniform:.001:.02",
           "--error-rate", ".25")


class SameWeather(Case):
    def outcome(self, strategy, url, name, *args):
        out = self.home / name
        run = self.flags("get", "-S", strategy, "-s", url, "-o", out, "-v",
                         *args)
        statuses = dict(
            re.findall(r"^(\w\w) (OK|not found|error|failed)\b", run.stdout,
                       re.MULTILINE | re.IGNORECASE))
        return run, statuses, files_in(out)

    def test_same_seed_same_items_statuses_and_bytes(self):
        found = {}
        for strategy in STRATEGIES:
            server = self.serve(*WEATHER, "--seed", "42")
            run, statuses, files = self.outcome(strategy, server.url, strategy)
            found[strategy] = (run.status, counted(run), statuses, files)

        status, counts, statuses, files = found["sequential"]
        self.assertEqual(status, 1, "seed 42 must hold some errors")
        self.assertEqual(len(statuses), 20)
        self.assertEqual(sum(counts.values()), 20)
        self.assertEqual(len(files), counts["ok"])
        self.assertGreater(counts["error"], 0)
        self.assertEqual(found["threaded"], found["sequential"])
        self.assertEqual(found["async"], found["sequential"])

    def test_connection_reuse_does_not_change_the_weather(self):
        found = []
        for reuse in ("yes", "no"):
            server = self.serve(*WEATHER, "--seed", "42")
            run, statuses, files = self.outcome(
                "async", server.url, reuse, "--reuse", reuse)
            found.append((run.status, statuses, files))

        self.assertEqual(found[0], found[1])

    def test_a_server_that_is_reset_starts_its_weather_again(self):
        server = self.serve(*WEATHER, "--seed", "7")
        first, statuses, files = self.outcome("async", server.url, "a")
        urllib.request.urlopen(urllib.request.Request(
            server.url.replace("/flags", "/__flags/reset"), method="POST"),
            timeout=harness.limit(5)).close()

        second, again, same = self.outcome("threaded", server.url, "b")

        self.assertEqual(first.status, second.status)
        self.assertEqual(statuses, again)
        self.assertEqual(files, same)

    def test_another_seed_is_another_weather(self):
        found = set()
        for seed in range(1, 6):
            server = self.serve(*WEATHER, "--seed", seed)
            _, statuses, _ = self.outcome("async", server.url, f"s{seed}")
            found.add(tuple(sorted(statuses.items())))

        self.assertGreater(len(found), 1)

    def test_a_wildcard_meets_the_same_weather_in_each_strategy(self):
        found = []
        for strategy in STRATEGIES:
            server = self.serve(*WEATHER, "--seed", "3")
            run, statuses, files = self.outcome(
                strategy, server.url, strategy, "b", "c", "-m",
                "1" if strategy == "sequential" else "20")
            found.append((run.status, counted(run), statuses, files))

        self.assertEqual(found[0], found[1])
        self.assertEqual(found[0], found[2])
        self.assertEqual(sum(found[0][1].values()), 52)


class Threads(Case):
    @unittest.skipIf(harness.WRAP, "strace does not see through it")
    @unittest.skipUnless(shutil.which("strace"), "strace is not installed")
    def test_have_room_for_their_descriptors_before_they_begin(self):
        # Else they wait for the kernel, which takes its time to grow the table
        # of descriptors of a process with several threads.
        server = self.serve()
        log = self.home / "calls"
        run = subprocess.run(
            ["strace", "-f", "-o", log, "-e", "trace=clone,clone3,fcntl",
             *self.command("get", "-S", "threaded", "-m", "40", "-s",
                           server.url, "-o", self.out, "--every", "-l", "40")],
            # LeakSanitizer traces, too, and there can be one tracer only.
            env=self.environment({"ASAN_OPTIONS": "detect_leaks=0"}),
            cwd=self.home, capture_output=True, timeout=harness.limit(60))
        if not log.exists() or "ptrace" in run.stderr.decode():
            self.skipTest("strace may not trace here")
        calls = log.read_text().splitlines()
        begun = [i for i, call in enumerate(calls) if " clone" in call]
        grown = [i for i, call in enumerate(calls)
                 if (found := re.search(r"F_DUPFD_CLOEXEC, (\d+)", call))
                 and int(found[1]) >= 40 * 4]

        self.assertGreaterEqual(len(begun), 40)
        self.assertTrue(grown, "nobody made room")
        self.assertLess(grown[0], begun[0])


harness.main()

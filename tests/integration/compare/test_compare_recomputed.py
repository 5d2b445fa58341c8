"""All that `flags compare` prints can be computed from its JSON, by a program
that shares nothing with it."""

import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time

import harness
from harness import Case

RECOMPUTE = pathlib.Path(__file__).parents[2] / "recompute.py"


class Recomputed(Case):
    def recompute(self):
        return subprocess.run(
            [sys.executable, RECOMPUTE, "c.json", "report.txt"], cwd=self.home,
            capture_output=True, text=True, timeout=harness.limit(60))

    def compare(self, *options, status=0):
        run = self.flags("compare", *options, "--export-json", "c.json")
        self.assertStatus(run, status)
        (self.home / "report.txt").write_text(run.stdout)
        return json.loads((self.home / "c.json").read_text())

    def assertRecomputed(self, cells):
        run = self.recompute()
        self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
        count, numbers = re.fullmatch(
            r"(\d+) cells, (\d+) printed numbers, 0 differences\n",
            run.stdout).groups()
        self.assertEqual(int(count), cells)
        self.assertGreaterEqual(int(numbers), cells * 25)

    def test_what_is_printed_is_what_the_runs_say(self):
        report = self.compare("-r", "10", "-m", "2,3", "-l", "4", "--strategies",
                              "sequential,async", "--weather", "uniform:.001:.006")

        self.assertRecomputed(3)
        # The order is interleaved, behind a warm-up of each.
        self.assertEqual([[run["place"] for run in cell["details"][:2]]
                          for cell in report["cells"]],
                         [[4, 7], [5, 8], [6, 9]])

    def test_bounds_are_those_of_the_look_they_are_of(self):
        for most in ("6", "12"):
            with self.subTest(most):
                self.compare("--until", "100%", "--max-runs", most, "-w", "0",
                             "-l", "2", "--strategies", "sequential,async",
                             "--weather", "2ms")
                self.assertRecomputed(2)

    def test_what_is_added_to_the_delays_is_in_the_ideal(self):
        for added in (["--reuse", "yes,no", "--connect-delay", "2ms"],
                      ["--size", "2k", "--bandwidth", "1M", "--work", "1ms"]):
            with self.subTest(added):
                report = self.compare("-r", "2", "-w", "0", "-l", "3", "-m", "2",
                                      "--strategies", "sequential,async",
                                      "--weather", "1ms", *added)
                self.assertRecomputed(len(report["cells"]))

    def queueing_server(self):
        """Whoever asks, it answers one at a time, each after 20 ms."""
        turn = threading.Lock()
        flag = harness.corpus_file("br").read_bytes()

        def answer(connection):
            while connection.read_request():
                with turn:
                    time.sleep(.02)
                    connection.answer(200, flag)

        return self.raw_server(answer).url

    def test_a_server_that_queues_leaves_no_figure_to_the_strategy(self):
        report = self.compare(
            "-r", "2", "-w", "0", "-l", "8", "-m", "4", "-s",
            self.queueing_server(), "--fail-if", "async.efficiency < 50%",
            "--fail-if", "async.ideal > 10s", "--export-html", "page.html",
            "--export-markdown", "page.md", status=6)
        (alone, *queued) = report["cells"]
        text = " ".join((self.home / "report.txt").read_text().split())

        self.assertRecomputed(3)
        for cell in queued:
            with self.subTest(cell["name"]):
                self.assertTrue(cell["queued"])
                self.assertEqual((cell["overhead"], cell["efficiency"]),
                                 (None, None))
                self.assertLess(cell["ideal"], cell["median"])
                self.assertRegex(text, rf"{cell['name']} 2 [\d.]+ m?s "
                                       r"[\d.]+ ~[\d.]+ m?s - -")
                self.assertRegex((self.home / "page.md").read_text(),
                                 rf"(?m)^\| {cell['name']} \|.* "
                                 r"\\~[\d.]+ m?s \| - \| - \|$")
        self.assertIsNotNone(alone["efficiency"])
        self.assertRegex(text, r"- answers to \w+ take \S+ ms where one at a time "
                               r"takes \S+ ms \(by the median\): the server, or "
                               r"the way to it, queues them, so that its "
                               r"overhead and efficiency are not known")
        self.assertRegex(text, r"- so it is with (async|threaded) ")
        self.assertEqual([check["verdict"] for check in report["checks"]],
                         ["impossible", "passed"])
        self.assertEqual(report["checks"][0]["reason"],
                         "async.efficiency is not known: the server queues its "
                         "requests")
        page = (self.home / "page.html").read_text()
        self.assertIn("Where the bar is solid beyond its ideal, the server "
                      "queues", page)
        self.assertEqual(len(re.findall(r'<rect class="pale"[^>]*'
                                        r'width="0.000%"', page)), 2)

    def test_a_cell_without_a_run_has_no_numbers(self):
        self.compare("-r", "1", "-w", "0", "-l", "1", "-s",
                     "http://127.0.0.1:1/flags", status=3)
        run = self.recompute()

        self.assertEqual((run.stdout, run.stderr),
                         ("3 cells, 0 printed numbers, 0 differences\n", ""))

    def crowd(self, others):
        """From now on all that is started shares a processor with so many that
        want all of it."""
        all_processors = os.sched_getaffinity(0)
        self.addCleanup(os.sched_setaffinity, 0, all_processors)
        os.sched_setaffinity(0, {min(all_processors)})
        for _ in range(others):
            busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            self.addCleanup(busy.wait)
            self.addCleanup(busy.kill)

    def test_a_disturbed_run_is_made_once_more_and_told(self):
        self.crowd(3)
        report = self.compare("-r", "2", "-w", "0", "-l", "2", "--strategies",
                              "sequential", "--weather", "1ms", "--work",
                              "20ms", "--rerun-disturbed")
        (cell,) = report["cells"]

        if cell["details"][0]["disturbed"] is None:
            self.skipTest("the kernel does not count waits")
        self.assertRecomputed(1)
        self.assertEqual([[run["number"] for run in runs] for runs in
                          (cell["replaced"], cell["details"])],
                         [[1, 2], [1, 2]])
        self.assertEqual([run["place"] for run in
                          cell["replaced"] + cell["details"]], [1, 2, 3, 4])
        self.assertIn("2 runs were made once more, as the machine had "
                      "disturbed them, and only the second one counts "
                      "(sequential: 2)",
                      " ".join((self.home / "report.txt").read_text().split()))

    def test_a_disturbed_run_that_is_not_made_again_is_found(self):
        report = self.compare("-r", "1", "-w", "0", "-l", "1", "--strategies",
                              "sequential", "--weather", "1ms",
                              "--rerun-disturbed")
        run = report["cells"][0]["details"][0]

        run["client_wait"], run["disturbed"] = run["observed"], True
        report["cells"][0]["replaced"] = []
        (self.home / "c.json").write_text(json.dumps(report))
        self.assertIn("sequential: not made again", self.recompute().stdout)

    def test_what_is_not_what_the_runs_say_is_found(self):
        report = self.compare("-r", "5", "-w", "0", "-l", "2", "--strategies",
                              "sequential,async", "--weather", "2ms")
        cell = report["cells"][1]

        for figure, wrong in (("median", cell["median"] * 1.02),
                              ("ideal", cell["ideal"] + .001),
                              ("late_p90", cell["late_p90"] + .001),
                              ("ratio", {**cell["ratio"],
                                         "low": cell["ratio"]["low"] * .99}),
                              ("outliers", 1)):
            with self.subTest(figure):
                kept, cell[figure] = cell[figure], wrong
                (self.home / "c.json").write_text(json.dumps(report))
                cell[figure] = kept
                run = self.recompute()
                self.assertEqual(run.returncode, 1, run.stdout)
                self.assertRegex(run.stdout, rf"(?m)^async\b.*: {figure}")

    def test_what_sentences_say_is_held_against_it_too(self):
        """Numbers that are others than those of the runs are found."""
        self.compare("-r", "5", "-w", "0", "-l", "2", "--strategies",
                     "sequential,async", "--weather", "2ms")
        self.assertRecomputed(2)
        report = self.home / "report.txt"
        said = report.read_text()

        for number in (r"([\d.]+) (?:us|ms|s) of\s+its",
                       r"of\s+its\s+([\d.]+) (?:us|ms|s)",
                       r"needs ([\d.]+)"):
            match = re.search(number, said)
            if not match and number.startswith("needs"):
                continue  # both need the same
            with self.subTest(number):
                report.write_text(said[:match.start(1)] + "4321"
                                  + said[match.end(1):])
                run = self.recompute()
                self.assertEqual(run.returncode, 1, run.stdout)


harness.main()

"""All that `flags compare` prints can be computed from its JSON, by a program
that shares nothing with it."""

import json
import pathlib
import re
import subprocess
import sys

import harness
from harness import Case

RECOMPUTE = pathlib.Path(__file__).parents[2] / "recompute.py"


class Recomputed(Case):
    def recompute(self):
        return subprocess.run(
            [sys.executable, RECOMPUTE, "c.json", "report.txt"], cwd=self.home,
            capture_output=True, text=True, timeout=harness.limit(60))

    def compare(self, *options):
        run = self.flags("compare", *options, "--export-json", "c.json")
        self.assertStatus(run, 0)
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
        self.compare("--until", "100%", "--max-runs", "6", "-w", "0", "-l", "2",
                     "--strategies", "sequential,async", "--weather", "2ms")
        self.assertRecomputed(2)

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


harness.main()

"""--seeds: runs that are spread over several weathers."""

import json
import pathlib
import subprocess
import sys

import harness
from harness import Case

RECOMPUTE = pathlib.Path(__file__).parents[2] / "recompute.py"
CODES = ["BR", "CN", "US"]


class Weathers(Case):
    def compare(self, *args, status=0, export="c.json"):
        run = self.flags("compare", "-w", "0", "--strategies",
                         "sequential,async", "--weather", "uniform:.002:.02",
                         "--export-json", export, *args, *CODES)
        self.assertStatus(run, status)
        if status == 2:
            return run, None
        (self.home / "report.txt").write_text(run.stdout)
        return run, json.loads((self.home / export).read_text())

    def assertRecomputed(self):
        run = subprocess.run(
            [sys.executable, RECOMPUTE, "c.json", "report.txt"], cwd=self.home,
            capture_output=True, text=True, timeout=harness.limit(60))
        self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)

    def test_each_run_meets_its_own_and_has_its_ideal(self):
        run, report = self.compare("--seeds", "5", "-r", "10", "--seed", "3",
                                   "--fail-if", "async.ratio > 2",
                                   "--fail-if", "async.overhead > 1m")

        self.assertRecomputed()
        self.assertEqual((report["seed"], report["seeds"]), (3, 5))
        for cell in report["cells"]:
            self.assertEqual([run["seed"] for run in cell["details"]],
                             [3, 4, 5, 6, 7] * 2)
            self.assertEqual(len(set(cell["ideals"])), 5)
            self.assertIsNotNone(cell["ratio"]["low"])
            for one in cell["details"]:
                self.assertGreaterEqual(one["observed"],
                                        cell["ideals"][one["seed"] - 3])
        self.assertEqual([check["verdict"] for check in report["checks"]],
                         ["passed", "passed"])
        self.assertRegex(run.stdout, r"(?m)^weather \S+, seeds 3 to 7$")
        self.assertNotIn("weather, that of seed", run.stdout)
        # It is the weather that a comparison under that seed alone meets.
        _, alone = self.compare("-r", "1", "--seed", "6")
        self.assertEqual([cell["ideal"] for cell in alone["cells"]],
                         [cell["ideals"][3] for cell in report["cells"]])

    def test_few_of_them_tell_nothing_of_others(self):
        run, report = self.compare("--seeds", "4", "-r", "8", "--fail-if",
                                   "async.ratio > 2", "--fail-if",
                                   "async.median > 1m", "--fail-if",
                                   "async.threads < 2", "--fail-if",
                                   "async.ideal > 1us", "--fail-if",
                                   "async.ideal > 2*sequential.ideal",
                                   status=6)

        self.assertRecomputed()
        self.assertIsNone(report["cells"][1]["ratio"]["low"])
        self.assertEqual([(check["verdict"], check["reason"])
                          for check in report["checks"]],
                         [("undecided", "4 weathers are too few to decide "
                           "it: 5 are the least")] * 2 +
                         [("failed", None), ("failed", None),
                          ("passed", None)])
        self.assertIn("with 4 weathers, nothing is told of others: 5 are the "
                      "least (--seeds 5)", " ".join(run.stdout.split()))

    def test_the_same_work_is_that_of_each_weather(self):
        # Under one of these seeds a delay is 3 s; all others are within 50 ms.
        run, report = self.compare("--seeds", "5", "-r", "5", "--seed", "51",
                                   "-t", "1", "--weather", "lognormal:.01:2.5")

        self.assertTrue(report["same_work"], run.stdout + run.stderr)
        self.assertEqual(report["in_each_run"]["errors"], 1)
        for cell in report["cells"]:
            self.assertEqual(
                [ideal >= 1 for ideal in cell["ideals"]].count(True), 1)

    def test_programs_meet_them_too(self):
        _, report = self.compare(
            "--seeds", "2", "-r", "2", "--program", "mine=curl -sSf -K {config}")
        mine = report["cells"][2]

        self.assertIs(mine["valid"], True)
        self.assertEqual([run["seed"] for run in mine["details"]], [1, 2])
        self.assertEqual(len(set(mine["ideals"])), 2)
        for run in mine["details"]:
            self.assertGreater(run["observed"],
                               mine["ideals"][run["seed"] - 1])

    def test_a_baseline_has_the_same_ones(self):
        self.compare("--seeds", "5", "-r", "5", export="before.json")
        _, report = self.compare("--seeds", "5", "-r", "5", "--baseline",
                                 "before.json")
        for cell in report["cells"]:
            self.assertLessEqual(cell["baseline"]["low"],
                                 cell["baseline"]["value"])
        run, _ = self.compare("--seeds", "6", "-r", "6", "--baseline",
                              "before.json", status=2)
        self.assertIn("seeds 5, not 6", run.stderr)

    def test_looks_are_at_all_of_them(self):
        _, report = self.compare("--seeds", "6", "--until", "100%",
                                 "--max-runs", "12", "--weather",
                                 "uniform:.01:.011")
        self.assertRecomputed()
        self.assertEqual(report["looks"]["taken"][0], 6)

    def test_the_last_seed_there_is_can_be_the_only_one(self):
        _, report = self.compare("-r", "1", "--seed", str(2**63 - 1))
        self.assertEqual(report["seed"], 2**63 - 1)

    def test_what_does_not_go_together_is_a_usage_error(self):
        for options, why in (
                (("--seeds", "6", "-r", "5"), "--seeds 6: more than the runs"),
                (("--seeds", "5", "-s", "http://127.0.0.1:1/x"),
                 "--seeds: not together with --server"),
                (("--seeds", "0"), "1 to 64"),
                (("--seeds", "2", "--seed", str(2**63 - 1)),
                 "--seeds 2: there are not so many from --seed on\n"),
                (("--seeds", "30", "--until", "99%", "--max-runs", "20"),
                 "--seeds 30: more than --max-runs, which is 20\n"),
                (("--seeds", "30", "--until-decided", "--max-runs", "20",
                  "--fail-if", "async.ratio > 2"),
                 "--seeds 30: more than --max-runs, which is 20\n"),
                (("--seeds", "4", "--until", "99%"),
                 "--until: of 4 weathers a ratio has no interval: 5 are the "
                 "least (--seeds 5)\n"),
                (("--seeds", "4", "--until-decided", "--fail-if",
                  "async.ratio > 2"),
                 "--until-decided: with 6 looks, 'async.ratio > 2' wants at "
                 "least 5 weathers (--seeds 5)\n"),
                (("--seeds", "5", "--until-decided", "--max-runs", "20",
                  "--fail-if", "async.median > 1m"),
                 "--until-decided: with 3 looks, 'async.median > 1m' wants at "
                 "least 7 weathers (--seeds 7)\n")):
            with self.subTest(options):
                run = self.flags("compare", *options)
                self.assertStatus(run, 2)
                self.assertIn(why, run.stderr)


if __name__ == "__main__":
    harness.main()

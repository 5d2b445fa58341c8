"""--until, --until-decided and --max-runs: as many runs as it takes."""

import json

import harness
from harness import Case

# Two cells of two flags: a run takes a few milliseconds.
SMALL = ("-w", "0", "--weather", "2ms", "--strategies", "sequential,async",
         "BR", "US")


class Until(Case):
    def compare(self, *options):
        run = self.flags("compare", *options, *SMALL, "--export-json", "c.json")
        return run, json.loads((self.home / "c.json").read_text())

    def assertRuns(self, report, count):
        self.assertEqual(report["runs_of_each"], count)
        for cell in report["cells"]:
            self.assertEqual([run["number"] for run in cell["details"]],
                             list(range(1, count + 1)))

    def test_ends_at_the_look_that_finds_every_ratio_narrow(self):
        run, report = self.compare("--until", "100%", "--max-runs", "20")
        looks = report["looks"]
        ratio = report["cells"][1]["ratio"]
        width = (ratio["high"] - ratio["low"]) / ratio["value"]

        self.assertStatus(run, 0)
        self.assertEqual(looks["taken"], [5, 10, 20][:len(looks["taken"])])
        self.assertEqual(looks["planned"], 3)
        self.assertAlmostEqual(report["interval_error"], .05 / 3)
        self.assertRuns(report, looks["taken"][-1])
        self.assertEqual(looks["enough"], width <= 1)
        self.assertTrue(looks["enough"] or len(looks["taken"]) == 3)
        self.assertIn("looked at after 5", run.stdout)
        self.assertIn("Bonferroni", run.stdout)

    def test_what_is_never_narrow_enough_ends_at_the_most_and_is_told(self):
        run, report = self.compare("--until", ".000001%", "--max-runs", "7")

        self.assertStatus(run, 0)
        self.assertEqual(report["looks"], {
            "until": 1e-8, "until_decided": False, "planned": 2, "max_runs": 7,
            "taken": [5, 7], "enough": False})
        self.assertRuns(report, 7)
        self.assertRegex(run.stdout, r"(?m)^- after 7 runs of each, a ratio's "
                                     r"interval is still [\d.]+ % wide")

    def test_what_is_decided_at_once_takes_one_look(self):
        run, report = self.compare(
            "--until-decided", "--fail-if", "sequential.ratio > 1",
            "--fail-if", "async.threads > 1")

        self.assertStatus(run, 0)
        self.assertEqual(report["looks"]["taken"], [5])
        self.assertTrue(report["looks"]["enough"])
        self.assertEqual(report["looks"]["planned"], 6)
        self.assertEqual([check["verdict"] for check in report["checks"]],
                         ["passed", "passed"])

    def test_what_is_not_decided_at_the_end_is_undecided(self):
        for extra, status in ((), 0), (("--undecided", "fail"), 6):
            run, report = self.compare(
                "--until-decided", "--max-runs", "4", "--fail-if",
                "async.median > sequential.median", *extra)

            self.assertStatus(run, status)
            self.assertRuns(report, 4)
            self.assertFalse(report["looks"]["enough"])
            self.assertEqual(report["checks"][0]["verdict"], "undecided")

    def test_the_least_number_of_runs_is_that_asked_for(self):
        run, report = self.compare("-r", "6", "--until", "100%", "--max-runs",
                                   "6")

        self.assertStatus(run, 0)
        self.assertEqual(report["looks"]["taken"], [6])
        self.assertAlmostEqual(report["interval_error"], .05)

    def test_without_a_run_that_counts_there_is_nothing_to_wait_for(self):
        run = self.flags("compare", "--until", "5%", "-w", "0", "-s",
                         self.serve("--error-rate", "1").url, "BR",
                         "--export-json", "c.json")
        report = json.loads((self.home / "c.json").read_text())

        self.assertStatus(run, 3)
        self.assertTrue(report["nothing_in_place"])
        self.assertEqual(report["looks"]["taken"], [5])

    def test_what_does_not_go_together_is_a_usage_error(self):
        for options, why in (
                (("--until-decided",), "no --fail-if"),
                (("--max-runs", "9"), "only with --until"),
                (("--until", "5%", "-r", "101"),
                 "--runs 101: more than --max-runs, which is 100 unless said"),
                (("--until", "0%"), "above 0"),
                (("--until", "101%"), "at most 100%"),
                (("--until", "5%", "--max-runs", "3", "-r", "4"),
                 "--runs 4: more than --max-runs, which is 3\n"),
                (("--until", "5%", "--max-runs", "0"), "1 to 10000"),
                (("--until", "5%", "--strategies", "async"),
                 "--until: of one cell there is no ratio")):
            with self.subTest(options):
                run = self.flags("compare", *options)
                self.assertStatus(run, 2)
                self.assertIn(why, run.stderr)


harness.main()

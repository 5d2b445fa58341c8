"""What makes `flags compare` end with status 6: other work, and --fail-if."""

import json
import os
import subprocess

import compared
import harness
from harness import Case


class SameWork(Case):
    def test_a_strategy_that_skips_an_item_is_found_out(self):
        # The program with a strategy of that name that claims to have saved
        # the fourth flag.
        run = subprocess.run(
            [os.environ["FLAGS_CHEAT"], "compare", "-r", "2", "-w", "0",
             "--weather", "1ms", "-l", "5", "--export-json", "c.json"],
            cwd=self.home, env=self.environment(), capture_output=True,
            text=True, timeout=harness.limit(60))

        self.assertEqual(run.returncode, 6, run.stdout + run.stderr)
        for number in (1, 2):
            self.assertIn(f"flags: async -m 20, run {number} does not count: "
                          "other work than weather and files predict: CN: ok, "
                          "but there is no file\n", run.stderr)
        self.assertEqual(list(compared.rows(run.stdout)),
                         ["sequential", "threaded"])
        report = json.loads((self.home / "c.json").read_text())
        self.assertFalse(report["same_work"])
        self.assertEqual([cell["valid"] for cell in report["cells"]],
                         [True, True, False])
        self.assertEqual([cell["invalid"] for cell in report["cells"]],
                         [0, 0, 2])

    def test_the_honest_program_passes_the_same_comparison(self):
        run = self.flags("compare", "-r", "2", "-w", "0", "--weather", "1ms",
                         "-l", "5")

        self.assertStatus(run, 0)
        self.assertEqual(list(compared.rows(run.stdout)),
                         list(harness.STRATEGIES))

    def test_errors_of_the_weather_are_the_same_in_every_run(self):
        server = self.serve("--error-rate", ".4", "--seed", "5")
        run = self.flags("compare", "-r", "3", "-w", "0", "-s", server.url,
                         "--reuse", "yes,no", env={"FLAGS_ORIGIN": server.url})

        self.assertStatus(run, 0)
        self.assertRegex(run.stdout, r"(?m)^In each run: [1-9]\d* of 20 errors\.$")

    def test_where_errors_begin_is_told(self):
        # One at a time are 7 a second at most, which the server allows; of
        # twenty at once it refuses about ten.
        server = self.serve("--delay", "150ms", "--fault", "limit=10/s")
        run = self.flags("compare", "-r", "1", "-w", "0", "-m", "1,20",
                         "--strategies", "async", "-s", server.url)

        self.assertStatus(run, 6)
        self.assertRegex(run.stderr, r"(?m)^flags: async -m 20, run 1 does not "
                                     r"count: .*: error, HTTP 429, not ok$")
        self.assertRegex(run.stdout, r"(?m)^- errors begin at -m 20")


    def test_errors_that_leave_nothing_are_where_errors_begin_too(self):
        # Two requests a run; those of the second run all fail.
        requests = []

        def answer(connection):
            while request := connection.read_request():
                requests.append(request.path)
                if len(requests) > 2:
                    connection.answer(500)
                else:
                    connection.answer(200,
                                      harness.corpus_file("br").read_bytes())

        run = self.flags("compare", "-r", "1", "-w", "0", "-m", "1,2",
                         "--strategies", "async", "-s",
                         self.raw_server(answer).url, "BR", "US", "--fail-if",
                         "async[2].errors > 1")

        self.assertStatus(run, 6)
        self.assertIn("flags: async -m 2, run 1 does not count: it downloaded "
                      "nothing (BR: error, HTTP 500, not ok)\n", run.stderr)
        self.assertRegex(run.stdout, r"(?m)^- errors begin at -m 2 \(async: 2 "
                                     r"items in 1 run\)$")
        self.assertIn("fail if async[2].errors > 1: failed", run.stdout)


class FailIf(Case):
    def compare(self, *args, runs="5"):
        return self.flags("compare", "-r", runs, "-w", "0", "--weather",
                          "30ms", "-l", "6", *args)

    def test_what_is_so_beyond_doubt_fails(self):
        run = self.compare("--fail-if",
                           "async.median < 0.9*sequential.median")

        self.assertStatus(run, 6)
        self.assertRegex(run.stdout, r"(?m)^fail if async\.median < "
                                     r"0\.9\*sequential\.median: failed ")

    def test_what_is_not_so_passes(self):
        run = self.compare("--fail-if",
                           "async.median > 0.9*sequential.median",
                           "--fail-if", "async.efficiency < 10%",
                           "--fail-if", "threaded.threads <= 6")

        self.assertStatus(run, 0)
        self.assertEqual(run.stdout.count(": passed"), 3)

    def test_one_that_fails_is_enough(self):
        run = self.compare("--fail-if", "async.median > 1m", "--fail-if",
                           "sequential.median > 100ms")

        self.assertStatus(run, 6)
        self.assertIn("fail if sequential.median > 100ms: failed", run.stdout)
        self.assertIn("fail if async.median > 1m: passed", run.stdout)

    def test_what_depends_on_the_sample_is_undecided_and_no_failure(self):
        run = self.compare("--fail-if", "async.median < async.mean")
        other = self.compare("--fail-if", "async.median >= async.mean")

        # Which it is depends on the machine; not both can fail.
        self.assertIn(run.status, (0, 6))
        self.assertIn(other.status, (0, 6))
        self.assertNotEqual((run.status, other.status), (6, 6))

    def test_four_runs_decide_nothing_and_who_asks_says_what_that_means(self):
        certain = ["--fail-if", "sequential.median > 1ms"]
        passing = self.compare(*certain, runs="4")
        failing = self.compare(*certain, "--undecided", "fail", runs="4")
        decided = self.compare(*certain, "--undecided", "fail", "--fail-if",
                               "async.errors > 0")

        self.assertStatus(passing, 0)
        self.assertIn("fail if sequential.median > 1ms: undecided, which "
                      "passes (--undecided pass), fewer than 5 runs do not "
                      "decide it", " ".join(passing.stdout.split()))
        self.assertStatus(failing, 6)
        self.assertIn("undecided, which fails (--undecided fail)",
                      failing.stdout)
        self.assertNotIn("undecided", decided.stdout)
        for run in (passing, failing):
            self.assertNotIn("times as", run.stdout)
            self.assertIn("with 4 runs of a cell, a difference is not told "
                          "from chance", run.stdout)

    def test_what_cannot_be_judged_is_not_passed(self):
        run = self.flags("compare", "-r", "1", "-w", "0", "-l", "2", "-s",
                         self.nginx().url, "--fail-if",
                         "async.server_bytes > 2")

        self.assertStatus(run, 6)
        self.assertRegex(run.stdout + run.stderr, r"async\.server_bytes > 2: "
                                                  r"impossible")

    def test_nonsense_is_a_usage_error_and_nobody_is_contacted(self):
        wire = self.tripwire()
        for expression, names in (
                ("async.median", ["async.median"]),
                ("async.speed > 1", ["speed"]),
                ("asink.median > 1", ["asink"]),
                ("async.median > 1ms > 2ms", ["one comparison"]),
                ("async.median > 10k", ["time"]),
                ("", ["--fail-if"])):
            with self.subTest(expression):
                run = self.flags("compare", "-s", wire.url, "--fail-if",
                                 expression)

                self.assertStatus(run, 2)
                self.assertEqual(run.stderr.count("\n"), 1)
                for name in names:
                    self.assertIn(name, run.stderr)
        self.assertFalse(wire.contacted())

    def test_a_name_that_fits_several_cells_is_refused_and_they_are_named(self):
        run = self.flags("compare", "-m", "1,2", "--fail-if",
                         "async.median > 1")

        self.assertStatus(run, 2)
        for candidate in (r"async\[1\b", r"async\[2\b"):
            self.assertRegex(run.stderr, candidate)


harness.main()

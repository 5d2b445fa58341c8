"""What a comparison has beside the delays: a size, a bandwidth, computing; in
the ideal as in the runs."""

import json
import shutil

import harness
from harness import Case

CODES = ["BR", "CN", "IN", "US"]
NONE = {"connect_delay": None, "tls": False, "size": None, "bandwidth": None,
        "work": 0}


class Factors(Case):
    def compare(self, *args, **how):
        run = self.flags("compare", "-r", "1", "-w", "0", "--export-json",
                         "c.json", *args, **how)
        self.assertStatus(run, 0)
        report = json.loads((self.home / "c.json").read_text())
        return run, report, {cell["strategy"]: cell
                             for cell in report["cells"]}

    def assertIdeals(self, cells, **ideals):
        for strategy, ideal in ideals.items():
            with self.subTest(strategy):
                self.assertAlmostEqual(cells[strategy]["ideal"], ideal,
                                       places=5)
                self.assertGreaterEqual(min(cells[strategy]["runs"]), ideal)

    def test_a_pace_of_each_connection_is_in_the_ideal(self):
        run, report, cells = self.compare(
            "--size", "20k", "--bandwidth", "200k", "--weather", "10ms",
            *CODES)

        self.assertIn("weather 10ms, seed 1\nwith images of 20.0 KiB, "
                      "200 KiB a second on each connection\n", run.stdout)
        self.assertEqual(report["factors"],
                         {**NONE, "size": 20480, "bandwidth": 204800})
        self.assertFalse(report["ideal_estimated"])
        self.assertIdeals(cells, sequential=4 * .11, threaded=.11,
                          **{"async": .11})
        for cell in cells.values():
            self.assertGreaterEqual(cell["server_bytes"], 4 * 20480)

    def test_a_connection_that_is_held_is_in_the_ideal_once_a_place(self):
        run, report, _ = self.compare(
            "--connect-delay", "40ms", "--weather", "10ms", "-m", "2",
            "--reuse", "yes,no", *CODES)

        self.assertIn("with connections that are held for 40ms\n", run.stdout)
        self.assertEqual(report["factors"], {**NONE, "connect_delay": "40ms"})
        self.assertFalse(report["ideal_estimated"])
        ideals = {("sequential", True): .04 + 4 * .01,
                  ("sequential", False): 4 * .05,
                  ("threaded", True): .04 + 2 * .01,
                  ("threaded", False): 2 * .05,
                  ("async", True): .04 + 2 * .01,
                  ("async", False): 2 * .05}
        for cell in report["cells"]:
            with self.subTest(cell["name"]):
                ideal = ideals.pop((cell["strategy"], cell["reuse"]))
                self.assertAlmostEqual(cell["ideal"], ideal, places=5)
                self.assertGreaterEqual(min(cell["runs"]), ideal)
                self.assertEqual(cell["connections"], 4 if not cell["reuse"]
                                 else cell["max_req"])
        self.assertEqual(ideals, {})

    def test_delays_of_connections_that_are_drawn_are_an_estimate(self):
        _, report, cells = self.compare(
            "--connect-delay", "uniform:.01:.03", "--weather", "10ms", *CODES)

        self.assertTrue(report["ideal_estimated"])
        self.assertGreaterEqual(cells["sequential"]["ideal"], .04 + .01)
        self.assertLessEqual(cells["sequential"]["ideal"], .04 + .03)

    def test_one_at_a_time_each_run_meets_the_same_connections(self):
        _, report, cells = self.compare(
            "--connect-delay", "uniform:0:.1", "--weather", "1ms", "-w", "1",
            "--strategies", "sequential", "--reuse", "no", *CODES)

        self.assertFalse(report["ideal_estimated"])
        self.assertGreaterEqual(min(cells["sequential"]["runs"]),
                                cells["sequential"]["ideal"])

    def test_the_same_work_is_done_over_tls_by_programs_too(self):
        installed = [name for name in ("curl", "wget2", "aria2c", "xargs")
                     if shutil.which(name)]
        others = ["--with", ",".join(installed)] if installed else []

        run, report, _ = self.compare("--tls", "--weather", "5ms",
                                      *others, *CODES)

        self.assertIn("\nwith TLS\n", run.stdout)
        self.assertIs(report["factors"]["tls"], True)
        self.assertTrue(report["same_work"])
        self.assertEqual(len(report["cells"]), 3 + len(installed))

    def test_http_2_is_a_factor_of_cells_and_async_shares_a_connection(self):
        run, report, _ = self.compare(
            "--http", "1.1,2", "--tls", "--connect-delay", "30ms",
            "--weather", "10ms", "-m", "2", *CODES)

        self.assertTrue(report["same_work"])
        self.assertFalse(report["ideal_estimated"])
        self.assertIn("\nasync h2 ", run.stdout)
        seen = {(cell["strategy"], cell["http"]):
                (cell["connections"], round(cell["ideal"], 5))
                for cell in report["cells"]}
        self.assertEqual(seen, {
            ("sequential", "1.1"): (1, .07), ("sequential", "2"): (1, .07),
            ("threaded", "1.1"): (2, .05), ("threaded", "2"): (2, .05),
            ("async", "1.1"): (2, .05), ("async", "2"): (1, .05)})
        for cell in report["cells"]:
            self.assertGreaterEqual(min(cell["runs"]), cell["ideal"])

    def test_a_pace_that_requests_share_is_estimated(self):
        _, report, _ = self.compare("--http", "2", "--tls", "--bandwidth", "1M",
                                    "--weather", "1ms", "--strategies",
                                    "async", *CODES)

        self.assertTrue(report["ideal_estimated"])

    def test_conditions_name_a_version(self):
        run = self.flags("compare", "-r", "1", "-w", "0", "--http", "1.1,2",
                         "--tls", "--weather", "1ms", "--fail-if",
                         "async[h2].ideal > 2 * async[20,h1].ideal", *CODES)
        self.assertStatus(run, 0)
        run = self.flags("compare", "--http", "1.1,2", "--tls", "--fail-if",
                         "async.ideal > 1")
        self.assertStatus(run, 2)
        self.assertIn("async[20,yes,h2]", run.stderr)
        for server in ([], ["-s", "ERROR"], ["-s", "http://127.0.0.1:9/x"]):
            run = self.flags("compare", "--http", "2", *server)
            self.assertStatus(run, 2)
            self.assertIn("--http 2: only over TLS", run.stderr)

    def test_a_program_is_held_against_an_ideal_without_the_first_connection(
            self):
        _, report, _ = self.compare(
            "--connect-delay", "150ms", "--weather", "10ms", "--strategies",
            "async", "--program", "one=xargs -n 1 curl -sSO <{urls}", *CODES)

        for cell in report["cells"]:
            with self.subTest(cell["name"]):
                self.assertGreaterEqual(min(cell["runs"]), cell["ideal"])

    def test_an_image_may_have_any_size(self):
        for size, bytes_ in (("64", 64), ("321", 321), ("322", 322),
                             ("323", 323), ("300k", 300 << 10)):
            with self.subTest(size):
                _, report, cells = self.compare("--size", size, "--weather",
                                                "1ms", "-c", "BR", "ZZ")

                self.assertTrue(report["same_work"])
                self.assertEqual(report["in_each_run"]["not_found"], 1)
                for cell in cells.values():
                    self.assertGreaterEqual(cell["server_bytes"], bytes_)

    def test_a_loop_computes_one_after_the_other_and_threads_at_once(self):
        run, report, cells = self.compare("--work", "30ms", "--weather",
                                          "20ms", *CODES)

        processors = int(report["machine"]["description"].split()[0])
        rounds = -(-4 // processors)
        self.assertIn("\nwith 30.0 ms of computing on each image\n",
                      run.stdout)
        self.assertEqual(report["factors"]["work"], .03)
        self.assertIdeals(cells, sequential=4 * .05, threaded=.02 + rounds *
                          .03, **{"async": .02 + 4 * .03})
        for cell in cells.values():
            self.assertGreaterEqual(cell["cpu"], 4 * .03)

    def test_without_them_nothing_is_said(self):
        run, report, _ = self.compare("--weather", "1ms", "BR")

        self.assertNotIn("\nwith", run.stdout)
        self.assertEqual(report["factors"], NONE)

    def test_they_are_of_our_server_and_our_client(self):
        for option in (("--connect-delay", "1ms"), ("--tls",),
                       ("--size", "1k"), ("--bandwidth", "1k")):
            with self.subTest(option[0]):
                run = self.flags("compare", "-s", "DELAY", *option)
                self.assertStatus(run, 2)
                self.assertIn(f"{option[0]}: not together with --server",
                              run.stderr)
        run = self.flags("compare", "--work", "1ms", "--program", "true=true")
        self.assertStatus(run, 2)
        self.assertIn("programs do not compute", run.stderr)
        run = self.flags("compare", "--size", "63")
        self.assertStatus(run, 2)


if __name__ == "__main__":
    harness.main()

"""What a comparison has beside the delays: a size, a bandwidth, computing; in
the ideal as in the runs."""

import json

import harness
from harness import Case

CODES = ["BR", "CN", "IN", "US"]


class Factors(Case):
    def compare(self, *args, **how):
        run = self.flags("compare", "-r", "2", "-w", "0", "--export-json",
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
                         {"size": 20480, "bandwidth": 204800, "work": 0})
        self.assertFalse(report["ideal_estimated"])
        self.assertIdeals(cells, sequential=4 * .11, threaded=.11,
                          **{"async": .11})
        for cell in cells.values():
            self.assertGreaterEqual(cell["server_bytes"], 4 * 20480)

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
        self.assertEqual(report["factors"],
                         {"size": None, "bandwidth": None, "work": 0})

    def test_they_are_of_our_server_and_our_client(self):
        for option in (("--size", "1k"), ("--bandwidth", "1k")):
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

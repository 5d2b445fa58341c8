"""
The judge of scripts/bench: whoever did other work is found out, and a ratio is
what the rounds say.
"""

import pathlib
import sys

import harness

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "benchmark"))

from judge import cases, measure, report  # noqa: E402


class Verification(harness.Case):
    def setUp(self):
        super().setUp()
        self.case = cases.Case("three", 3, 1, bytes=cases.BLOCK + 10)
        self.case.lay_out(self.directory)
        self.saved = self.directory / self.case.directory()

    def test_takes_what_the_server_has(self):
        self.assertIsNone(self.case.verify(self.saved))

    def test_finds_a_missing_and_a_strange_file(self):
        (self.saved / "1.gif").rename(self.saved / "1.gif.part")
        self.assertIn("2 of 3 files, and 1 others",
                      self.case.verify(self.saved))

    def test_finds_another_byte_at_the_end_and_another_file(self):
        for change in (lambda body: body[:-1] + b"x", lambda body: body + b"x",
                       lambda body: body[:-1],
                       lambda body: (self.saved / "1.gif").read_bytes()):
            before = (self.saved / "2.gif").read_bytes()
            (self.saved / "2.gif").write_bytes(change(before))
            self.assertIn("2.gif", self.case.verify(self.saved))
            (self.saved / "2.gif").write_bytes(before)


class Ratios(harness.Case):
    @staticmethod
    def runs(*walls):
        return [measure.Run(wall, wall / 2, 0, 0) for wall in walls]

    def test_are_of_medians_with_an_interval_around(self):
        middle, low, high = report.ratio(self.runs(1, 2, 3, 4, 50),
                                         self.runs(2, 2, 2, 2, 2), "wall_s")
        self.assertEqual(middle, 1.5)
        self.assertLess(low, 1.5)
        self.assertGreater(high, 1.5)

    def test_pair_what_a_round_had_in_common(self):
        drifting = self.runs(1, 2, 3, 40, 5)
        middle, low, high = report.ratio(drifting, drifting, "cpu_s")
        self.assertEqual((middle, low, high), (1, 1, 1))


harness.main()

"""`flags compare --book`: the book's example, three runs of each strategy."""

import re
import statistics

import harness
from harness import MOST_POPULOUS, Case

CODES = [code.upper() for code in MOST_POPULOUS]


class Book(Case):
    def test_is_three_runs_of_each_and_a_table_of_medians_and_ratios(self):
        run = self.flags("compare", "--book", seconds=120)

        self.assertStatus(run, 0)
        runs = re.findall(r"^((?:[A-Z]{2} ?){20})\n"
                          r"20 flags downloaded in (\d+\.\d\d)s$",
                          run.stdout, re.MULTILINE)
        self.assertEqual(len(runs), 9, str(run))
        for codes, _ in runs:
            self.assertEqual(sorted(codes.split()), CODES)
        orders = [codes.split() for codes, _ in runs]
        times = [float(seconds) for _, seconds in runs]
        sequential, threaded, asynchronous = times[:3], times[3:6], times[6:]
        for order in orders[:3]:
            self.assertEqual(order, CODES, "sequential is alphabetical")
        for order in orders[3:]:
            self.assertNotEqual(order, CODES, "others come as they arrive")
        # The delays sum to 7.2 +- 0.2 s, the longest is 1.3 to 1.4 s: bounds
        # from below, and a shape.
        self.assertGreaterEqual(min(sequential), 7.0)
        self.assertGreaterEqual(min(threaded + asynchronous), 1.3)
        for others in (threaded, asynchronous):
            self.assertLess(statistics.median(others),
                            statistics.median(sequential) / 2)

        table = run.stdout[run.stdout.rindex("downloaded in"):]
        for strategy in harness.STRATEGIES:
            self.assertRegex(table, rf"(?m)^ *{strategy}\b.*\d\.\d+")
        self.assertRegex(table, r"(?i)median")
        self.assertRegex(table, r"(?i)ratio")
        self.assertLessEqual(max(map(len, run.stdout.splitlines())), 100)


harness.main()

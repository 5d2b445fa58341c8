"""`flags compare`: the same downloads by each strategy, and the book's example
of three runs of each."""

import re
import signal
import statistics

import harness
from harness import MOST_POPULOUS, Case, corpus_file

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


class Compare(Case):
    def rows(self, run):
        """The table: strategy -> its row's other columns."""
        return {line.split()[0]: line.split()[1:]
                for line in run.stdout.splitlines()
                if line.split()[:1] and line.split()[0] in harness.STRATEGIES}

    def directories(self):
        return list(self.home.glob("flags-compare-*"))

    def test_needs_nothing_and_says_its_weather(self):
        run = self.flags("compare", "-r", "2", "-l", "3")

        self.assertStatus(run, 0)
        self.assertEqual(run.stderr, "")
        self.assertRegex(run.stdout, r"\A3 flags, 2 runs .*"
                                     r"uniform:\.02:\.08, seed 1\n")
        self.assertEqual(list(self.rows(run)), list(harness.STRATEGIES))
        for row in self.rows(run).values():
            self.assertEqual(row[1], "2", "two runs")
        self.assertEqual(self.rows(run)["sequential"][0], "1")
        self.assertEqual(self.directories(), [])

    def test_the_delay_is_in_every_run(self):
        run = self.flags("compare", "-r", "1", "--weather", "100ms", "BR")

        self.assertStatus(run, 0)
        for row in self.rows(run).values():
            self.assertEqual(row[3], "ms", str(run))
            self.assertGreaterEqual(float(row[2]), 100)

    def test_a_proxy_of_the_environment_is_not_asked(self):
        wire = self.tripwire()

        run = self.flags("compare", "-r", "1", "BR",
                         env={"http_proxy": wire.url})

        self.assertStatus(run, 0)
        self.assertFalse(wire.contacted())

    def test_what_is_not_there_is_told_once(self):
        run = self.flags("compare", "-r", "2", "BR", "ZZ")

        self.assertStatus(run, 0)
        self.assertEqual(run.stderr.count("flags: zz: not found"), 1)
        self.assertIn("In each run: 1 of 2 not found.\n", run.stdout)

    def test_a_run_of_other_work_is_named_and_does_not_count(self):
        # Each connection is a run's: the third finds nothing any more.
        requests = []

        def answer(connection):
            while request := connection.read_request():
                requests.append(request.path)
                if len(requests) == 3:
                    connection.answer(500)
                else:
                    connection.answer(200, corpus_file("br").read_bytes())

        run = self.flags("compare", "-r", "2", "-m", "1", "-s",
                         self.raw_server(answer).url, "BR")

        self.assertStatus(run, 6)
        self.assertRegex(run.stderr, r"(?m)^flags: async, run 1 does not")
        self.assertEqual(
            {name: row[1] for name, row in self.rows(run).items()},
            {"sequential": "2", "threaded": "2", "async": "1"})

    def test_of_nothing_is_no_comparison(self):
        run = self.flags("compare", "-r", "1", "-s", harness.refused_url(),
                         "BR")

        self.assertStatus(run, 6)
        self.assertIn("refused", run.stderr)
        self.assertEqual(run.stderr.count("does not count"), 3)

    def interrupted(self, number):
        running = self.start("compare", "--weather", "200ms", "-r", "50")
        harness.until(lambda: [path for path in self.directories()
                               if list(path.glob("bd.gif"))])
        running.signal(number)
        run = running.finish(10)

        self.assertStatus(run, -number)
        self.assertRegex(run.stdout, r"(?m)^interrupted$")
        self.assertEqual(self.directories(), [])

    def test_an_interrupt_ends_it_with_a_partial_table(self):
        self.interrupted(signal.SIGINT)

    def test_so_does_a_request_to_end(self):
        self.interrupted(signal.SIGTERM)

    def test_usage_errors_start_nothing(self):
        for args, names in ((["--weather", "storm"], ["storm", "uniform"]),
                            (["-r", "0"], ["-r", "0"]),
                            (["--book", "BR"], ["BR", "--book"]),
                            (["--book", "--seed", "3"], ["--seed"]),
                            (["-s", "http://127.0.0.1:1/", "--weather", "1s"],
                             ["--weather", "--server"])):
            with self.subTest(args):
                run = self.flags("compare", *args)

                self.assertStatus(run, 2)
                self.assertEqual(run.stdout, "")
                for name in names:
                    self.assertIn(name, run.stderr)


harness.main()

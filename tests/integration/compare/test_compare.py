"""`flags compare`: the same downloads by each strategy, and the book's example
of three runs of each."""

import fcntl
import json
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import termios

import compared
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
        rows = compared.rows(table)
        self.assertEqual(list(rows), list(harness.STRATEGIES))
        self.assertEqual({row.runs for row in rows.values()}, {3})
        # 20 skewed delays, whose sum is known: so is the ideal.
        self.assertAlmostEqual(rows["sequential"].ideal, 7.2, delta=0.2)
        self.assertAlmostEqual(rows["async"].ideal, 1.35, delta=0.05)
        # Three runs are too few to say more.
        self.assertRegex(table, r"(?m)^- sequential takes 7\.\d\d s \(")
        self.assertNotIn("times as fast", table)
        self.assertLessEqual(max(map(len, run.stdout.splitlines())), 100)

    def test_is_scaled_by_another_weather(self):
        run = self.flags("compare", "--book", "--weather",
                         "lognormal:.03:.65", "-r", "1", seconds=60)

        self.assertStatus(run, 0)
        rows = compared.rows(run.stdout)
        # The same shape: a tenth of the book's.
        self.assertAlmostEqual(rows["sequential"].ideal, .72, delta=0.02)
        self.assertAlmostEqual(rows["async"].ideal, .135, delta=0.005)

class Compare(Case):
    def test_needs_nothing_and_says_what_it_ran(self):
        run = self.flags("compare", "-r", "2", "-l", "3")

        self.assertStatus(run, 0)
        self.assertEqual(run.stderr, "")
        self.assertRegex(run.stdout,
                         r"\A3 flags, 2 runs of each cell \(interleaved, "
                         r"1 warm-up\)\n"
                         r"weather uniform:\.02:\.08, seed 1\n"
                         r"codes: BD BR CD\n"
                         r"machine: \d+ x .+\n"
                         r"versions: flags .+, libcurl .+, libuv .+, TLS .+\n")
        rows = compared.rows(run.stdout)
        self.assertEqual(list(rows), list(harness.STRATEGIES))
        self.assertEqual([row.runs for row in rows.values()], [2, 2, 2])
        self.assertRegex(run.stdout, r"(?m)^- async takes \S+ m?s \(.* in 2 "
                                     r"runs\)$")
        self.assertLessEqual(max(map(len, run.stdout.splitlines())), 100)
        self.assertEqual(compared.directories(self.home), [])

    def test_the_delay_is_in_every_run_and_is_its_ideal(self):
        run = self.flags("compare", "-r", "1", "--weather", "100ms", "BR", "US")

        self.assertStatus(run, 0)
        rows = compared.rows(run.stdout)
        for name, ideal in (("sequential", .2), ("threaded", .1),
                            ("async", .1)):
            self.assertAlmostEqual(rows[name].ideal, ideal, places=6)
            self.assertGreaterEqual(rows[name].median, ideal)

    def test_the_longest_names_of_cells_leave_it_within_100_columns(self):
        run = self.flags("compare", "-r", "1", "-w", "0", "--weather", "1ms",
                         "-l", "2", "-m", "1,1000", "--reuse", "yes,no")

        self.assertStatus(run, 0)
        self.assertIn("threaded -m 1000 no reuse", run.stdout)
        self.assertLessEqual(max(map(len, run.stdout.splitlines())), 100)

    def test_single_runs_have_neither_a_deviation_nor_an_interval(self):
        run = self.flags("compare", "-r", "1", "-w", "0", "--weather", "20ms",
                         "-l", "3")

        self.assertStatus(run, 0)
        self.assertNotIn("..", run.stdout[run.stdout.index("\ncell "):])
        self.assertEqual(len(re.findall(r"(?m)^\w+(?: +[\d.]+ m?s){3} +- +0 ",
                                        run.stdout)), 3)

    def test_the_same_seed_has_the_same_ideals_and_another_has_others(self):
        def ideals(seed):
            run = self.flags("compare", "-r", "1", "-w", "0", "-l", "4",
                             "--seed", seed)
            self.assertStatus(run, 0)
            return [row.ideal for row in compared.rows(run.stdout).values()]

        first = ideals(7)
        self.assertEqual(ideals(7), first)
        self.assertNotEqual(ideals(8), first)

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
        # Two requests a run: the second of the third finds an error.
        requests = []

        def answer(connection):
            while request := connection.read_request():
                requests.append(request.path)
                if len(requests) == 6:
                    connection.answer(500)
                else:
                    connection.answer(200, corpus_file("br").read_bytes())

        run = self.flags("compare", "-r", "2", "-w", "0", "-m", "1", "-s",
                         self.raw_server(answer).url, "BR", "US")

        self.assertStatus(run, 6)
        self.assertRegex(run.stderr,
                         r"(?m)^flags: async -m 1, run 1 does not count: other "
                         r"work than most runs did: US: error, HTTP 500, not "
                         r"ok$")
        self.assertEqual({name: row.runs for name, row
                          in compared.rows(run.stdout).items()},
                         {"sequential": 2, "threaded": 2, "async": 1})

    def test_on_a_terminal_runs_speak_on_lines_of_their_own(self):
        # Also one that stops whoever writes from the background: runs are
        # process groups of their own.
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        modes = termios.tcgetattr(theirs)
        modes[3] |= termios.TOSTOP
        termios.tcsetattr(theirs, termios.TCSANOW, modes)

        def take_terminal():
            os.setsid()
            fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)

        running = subprocess.Popen(
            self.command("compare", "-r", "1", "-w", "0", "--weather", "1ms",
                         "BR", "ZZ"),
            cwd=self.home, env=self.environment({"TERM": "xterm"}),
            stdin=theirs, stdout=subprocess.DEVNULL, stderr=theirs,
            preexec_fn=take_terminal)
        self.addCleanup(running.kill)
        os.close(theirs)
        seen = b""
        while select.select([ours], [], [], harness.limit(20))[0]:
            try:
                seen += os.read(ours, 65536)
            except OSError:  # EIO: nobody has the terminal any more
                break
        else:
            self.fail(f"neither output nor an end after {seen}")

        self.assertEqual(running.wait(harness.limit(10)), 0)
        self.assertRegex(seen, rb"sequential -m 1, run 1 of 1\rflags: zz: not "
                               rb"found: \S+\r\n")
        self.assertTrue(seen.endswith(b"\r\x1b[K"), seen)

    def on_terminal(self, columns, *args):
        """What a terminal of so many columns shows."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 24, columns, 0, 0))
        running = subprocess.Popen(
            self.command("compare", *args), cwd=self.home,
            env=self.environment({"TERM": "xterm"}),
            stdin=subprocess.DEVNULL, stdout=theirs,
            stderr=subprocess.DEVNULL)
        self.addCleanup(running.kill)
        os.close(theirs)
        seen = b""
        while select.select([ours], [], [], harness.limit(60))[0]:
            try:
                seen += os.read(ours, 65536)
            except OSError:  # EIO: nobody has the terminal any more
                break
        self.assertEqual(running.wait(harness.limit(10)), 0)
        return seen.decode().replace("\r\n", "\n")

    def test_a_narrow_terminal_has_bars_and_the_columns_below(self):
        for columns in (99, 80, 60):
            with self.subTest(columns):
                shown = self.on_terminal(
                    columns, "-r", "1", "-w", "0", "--weather", "20ms", "-m",
                    "1,20", "-l", "3")

                self.assertLessEqual(max(map(len, shown.splitlines())),
                                     columns)
                self.assertRegex(shown, r"(?m)^sequential +1 .*[#\u2588]+\S*$")
                # A number has its unit beside it.
                self.assertNotRegex(shown, r"\d\r?\n +([mu]?s|[KMG]?i?B)\b")
                self.assertNotRegex(shown, r"\d\r?\n +%")
                titles = [line for line in shown.splitlines()
                          if line.startswith(("cell ", "times "))]
                # No column is lost.
                self.assertEqual(
                    re.sub(" times ", " ", " ".join(" ".join(titles).split())),
                    "cell runs median ratio (95 %) ideal overhead efficiency")

    def assertNothing(self, run, status):
        self.assertStatus(run, status)
        self.assertNotIn("does not count", run.stderr)
        self.assertEqual(len(re.findall(r"(?m)^\w+ +no run counts$",
                                        run.stdout)), 3)
        self.assertEqual(len(re.findall(r"(?m)^- ", run.stdout)), 1)
        self.assertIn("\n- nothing was in place after any run", run.stdout)
        # Conditions are not judged.
        self.assertNotIn("fail if", run.stdout)

    def test_of_nothing_is_no_comparison(self):
        run = self.flags("compare", "-r", "1", "-w", "0", "-s",
                         harness.refused_url(), "BR")

        self.assertNothing(run, 3)
        self.assertIn("refused", run.stderr)

    def test_of_what_is_nowhere_ends_as_get_does(self):
        run = self.flags("compare", "-r", "1", "-w", "0", "QQ", "--fail-if",
                         "async.median > 1ms", "--export-json", "c.json")

        self.assertNothing(run, 4)
        report = json.loads((self.home / "c.json").read_text())
        self.assertTrue(report["nothing_in_place"])
        self.assertTrue(report["same_work"])
        self.assertEqual({cell["valid"] for cell in report["cells"]}, {False})
        self.assertEqual(report["checks"], [])

    def test_at_a_wrong_address_is_of_nothing(self):
        run = self.flags("compare", "-r", "1", "-w", "0", "-l", "2", "-s",
                         self.nginx().url + "/nowhere", "--fail-if",
                         "async.median > 1ms")

        self.assertNothing(run, 4)

    def test_of_errors_that_the_weather_predicts_is_of_nothing_too(self):
        # No delay of that profile is as short.
        run = self.flags("compare", "-r", "1", "-w", "0", "-s", "ERROR", "-t",
                         "1ms", "-l", "3")

        self.assertNothing(run, 3)
        self.assertIn("In each run: 3 of 3 errors.\n", run.stdout)

    def test_a_server_of_any_kind_has_an_estimated_ideal(self):
        run = self.flags("compare", "-r", "2", "-s", self.nginx().url, "-l",
                         "5")

        self.assertStatus(run, 0)
        self.assertRegex(run.stdout, r"(?m)^at http://127\.0\.0\.1:\d+/flags$")
        rows = compared.rows(run.stdout)
        for row in rows.values():
            self.assertTrue(row.estimated)
            self.assertGreater(row.ideal, 0)
            self.assertLessEqual(row.ideal, row.median)
        self.assertLess(rows["async"].ideal, rows["sequential"].ideal)

    def test_there_is_no_estimate_without_a_sequential_cell(self):
        run = self.flags("compare", "-r", "1", "-s", self.nginx().url, "-l",
                         "2", "--strategies", "async")

        self.assertStatus(run, 0)
        self.assertIsNone(compared.rows(run.stdout)["async"].ideal)

    def test_one_of_ours_that_was_started_elsewhere_is_any_server(self):
        server = self.serve("--delay", "50ms")
        run = self.flags("compare", "-r", "2", "-s", server.url, "-l", "4")

        self.assertStatus(run, 0)
        sequential = compared.rows(run.stdout)["sequential"]
        self.assertTrue(sequential.estimated)
        self.assertGreaterEqual(sequential.ideal, .2)
        self.assertLessEqual(sequential.ideal, sequential.median)

    def limited(self, *args):
        """A comparison by a program that may have 60 files open."""
        return subprocess.run(
            ["bash", "-c", 'ulimit -n 60; exec "$@"', "bash",
             *self.command("compare", "-r", "1", "-w", "0", "--weather",
                           "10ms", *args)],
            cwd=self.home, env=self.environment(), capture_output=True,
            text=True, timeout=harness.limit(60))

    def test_a_cell_is_what_the_descriptors_allow(self):
        run = self.limited("-m", "20,40", "--all", "-l", "40")

        self.assertEqual(run.returncode, 0, run.stderr)
        rows = compared.rows(run.stdout)
        self.assertEqual(list(rows), ["sequential", "threaded", "async"])
        self.assertEqual(run.stderr.splitlines(), [
            "flags: warning: --max-req 20: the limit of open files allows 7, "
            "threaded",
            "flags: warning: --max-req 40: the limit of open files allows 7, "
            "threaded",
            "flags: warning: --max-req 20: the limit of open files allows 14, "
            "async",
            "flags: warning: --max-req 40: the limit of open files allows 14, "
            "async"])
        # 40 items of 10 ms, 7 and 14 at a time.
        self.assertAlmostEqual(rows["threaded"].ideal, .06)
        self.assertAlmostEqual(rows["async"].ideal, .03)

    def test_usage_errors_start_nothing(self):
        for args, names in ((["--weather", "storm"], ["storm", "uniform"]),
                            (["-r", "0"], ["-r", "0"]),
                            (["--book", "BR"], ["BR", "--book"]),
                            (["--book", "--limit", "3"], ["--limit"]),
                            (["-m", "5,5"], ["-m", "5,5"]),
                            (["--reuse", "perhaps"], ["perhaps", "yes"]),
                            (["--strategies", "asink"], ["asink", "async"]),
                            (["--order", "rando"], ["rando", "random"]),
                            (["--export-json", "-", "--trace", "-"], ["-"]),
                            (["--export-json", "x", "--trace", "x"], ["x"]),
                            (["-s", "http://127.0.0.1:1/", "--weather", "1s"],
                             ["--weather", "--server"])):
            with self.subTest(args):
                run = self.flags("compare", *args)

                self.assertStatus(run, 2)
                self.assertEqual(run.stdout, "")
                for name in names:
                    self.assertIn(name, run.stderr)


harness.main()

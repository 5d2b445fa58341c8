"""`flags compare --program`: programs of others at the same server, and those
of them that do other work, or none."""

import json
import os
import pathlib
import shutil
import signal
import subprocess

import harness
from harness import Case

SCHEMA = pathlib.Path(os.environ["FLAGS_SCHEMAS"]) / "compare.schema.json"
CODES = ["BR", "CN", "IN", "US"]
CURL = ("curl=curl -sSf -Z --parallel-immediate --parallel-max {m} "
        "-K {config}")
# One flag after the other; more of the command follows.
EACH = "for u in $(cat {urls}); do f=$(basename $u); %s; done"


def processes_of(word):
    """Those that have it among their arguments."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
        except OSError:
            pass  # it has ended
    return found


class Programs(Case):
    def compare(self, *args, status=0, seconds=60):
        run = self.flags("compare", "-w", "0", "--weather", "30ms",
                         "--export-json", "c.json", *args, *CODES,
                         seconds=seconds)
        self.assertStatus(run, status)
        return run, json.loads((self.home / "c.json").read_text())

    def cell(self, report, name):
        return next(cell for cell in report["cells"] if cell["name"] == name)

    def assertLeftOut(self, command, reason, *args):
        """It is named with the reason, has no time, and the others have."""
        run, report = self.compare(
            "-r", "1", "--strategies", "async", "--program",
            "odd=" + command, *args, status=6)
        self.assertRegex(run.stderr, r"(?m)\Aflags: odd is left out: "
                                     rf"{reason}$")
        self.assertRegex(run.stdout, r"(?m)^odd +left out$")
        odd = self.cell(report, "odd")
        self.assertRegex(odd["excluded"], rf"\A{reason}\Z")
        self.assertIsNone(odd["median"])
        self.assertIs(odd["valid"], False)
        self.assertEqual(len(self.cell(report, "async")["runs"]), 1)
        self.assertFalse(report["same_work"])

    def test_curl_is_measured_as_the_strategies_are_in_every_form(self):
        run, report = self.compare(
            "-r", "5", "-m", "2,4", "--program", CURL, "--export-markdown",
            "c.md", "--export-html", "c.html")

        self.assertEqual(report["observed_by"], "server")
        self.assertTrue(report["same_work"])
        for name, max_req, ideal in (("curl -m 2", 2, .06),
                                     ("curl -m 4", 4, .03)):
            cell = self.cell(report, name)
            self.assertEqual((cell["strategy"], cell["max_req"]),
                             ("curl", max_req))
            self.assertEqual(cell["program"], CURL.split("=", 1)[1])
            self.assertIsNone(cell["excluded"])
            self.assertAlmostEqual(cell["ideal"], ideal)
            self.assertTrue(cell["ideal_is_bound"])
            self.assertEqual(cell["requests"], 4)
            self.assertLessEqual(cell["peak_in_flight"], max_req)
            self.assertGreaterEqual(min(cell["runs"]), ideal)
            self.assertGreater(cell["process"], cell["median"])
            self.assertGreater(cell["cpu"], 0)
            self.assertEqual(cell["request_count"], 0)
            self.assertIsNone(cell["p50"])
        for cell in report["cells"]:
            for one in cell["details"]:
                self.assertEqual(one["observed"], one["span"])
        self.assertFalse(self.cell(report, "sequential")["ideal_is_bound"])
        self.assertIn("times: from the first request to the last byte, as "
                      "the server saw them\n", run.stdout)
        self.assertRegex(run.stdout, r"(?m)^curl -m 2 .* >60\.0 ms +<")
        self.assertRegex(run.stdout, r"(?m)^- curl -m [24] (is|takes|and) ")
        self.assertLessEqual(max(map(len, run.stdout.splitlines())), 100)
        self.assertRegex((self.home / "c.md").read_text(),
                         r"(?m)^\| curl -m 4 \|.*\\>30\.0 ms")
        page = (self.home / "c.html").read_text()
        self.assertIn("curl -m\u00a04", page)
        self.assertIn("<dt>curl</dt><dd>curl -sSf -Z", page)

    def test_json_is_as_its_schema_says(self):
        validator = shutil.which("jsonschema", path="/usr/bin:/usr/local/bin")
        if not validator:
            self.skipTest("jsonschema is not installed (scripts/bootstrap "
                          "test)")
        self.compare("-r", "1", "--program", CURL, "--program",
                     "fails=exit 3", status=6)
        subprocess.run([validator, "-i", self.home / "c.json", SCHEMA],
                       check=True, capture_output=True)

    def test_without_m_there_is_one_cell_and_its_width_is_what_was_seen(self):
        _, report = self.compare(
            "-r", "1", "-m", "2,4", "--strategies", "async", "--program",
            "one=" + EACH % "curl -sSfo $f $u")
        cell = self.cell(report, "one")
        self.assertIsNone(cell["max_req"])
        self.assertEqual(cell["peak_in_flight"], 1)
        self.assertAlmostEqual(cell["ideal"], .12)

    def test_files_are_known_by_their_names_and_else_by_their_bytes(self):
        for where in ("$(dirname $u | tail -c 3)/$f",
                      "$(echo $f | tr a-z A-Z | sed s/GIF/gif/)",
                      "flag-$f.part"):
            with self.subTest(where):
                run, _ = self.compare(
                    "-r", "1", "--strategies", "async", "--program",
                    "other=" + EACH % f"curl -sSf --create-dirs -o {where} $u")
                self.assertEqual(run.stderr, "")

    def test_what_comes_of_the_command_is_counted_with_it(self):
        _, report = self.compare(
            "-r", "1", "--strategies", "async", "--program",
            "busy=" + EACH % "curl -sSfo $f $u" +
            "; (python3 -c 'sum(range(2 * 10 ** 7))' &)")
        cell = self.cell(report, "busy")
        self.assertGreaterEqual(cell["cpu"], .1)
        self.assertGreaterEqual(cell["process"], .1)
        self.assertGreater(cell["peak_rss"], 1 << 16)

    def test_errors_that_are_foretold_are_the_same_work(self):
        run = self.flags("compare", "-w", "0", "-r", "1", "--strategies",
                         "async", "--program", CURL, "-s", "ERROR", "--seed",
                         "3", "-t", "20", "-l", "3", "--export-json",
                         "c.json", seconds=90)
        self.assertEqual(run.stderr.count("left out"), 0, str(run))
        self.assertStatus(run, 0)
        report = json.loads((self.home / "c.json").read_text())
        self.assertEqual(report["in_each_run"]["errors"], 2)
        self.assertEqual(len(self.cell(report, "curl")["runs"]), 1)

    def test_one_that_skips_a_flag_is_left_out(self):
        self.assertLeftOut("head -n 3 {urls} | xargs -n 1 curl -sSfO",
                           "US: never asked for")

    def test_one_that_writes_a_page_is_left_out(self):
        self.assertLeftOut(
            EACH % "curl -sSfo gone $u; echo '<html>log in' > $f; rm gone",
            r"BR: 13 bytes, not \d+")

    def test_one_that_writes_other_bytes_is_left_out(self):
        self.assertLeftOut(
            EACH % "curl -sSf $u | tr G H > $f", r"BR: other bytes")

    def test_one_that_has_them_from_elsewhere_is_left_out(self):
        corpus = harness.corpus_file("br").parent.parent
        self.assertLeftOut(
            EACH % f"cp {corpus}/${{f%.gif}}/$f .", "BR: 0 attempts, not 1")

    def test_one_that_takes_its_directory_away_is_left_out(self):
        """And the next program has one, whatever was left in its place."""
        for left in ("true", "touch {dir}", "ln -s / {dir}", "mkfifo {dir}"):
            with self.subTest(left=left):
                run, report = self.compare(
                    "-r", "1", "--strategies", "async", "--program",
                    "odd=curl -sSf -K {config}; rm -r {dir}; " + left,
                    "--program", "next=curl -sSf -K {config}", status=6)
                self.assertEqual(
                    run.stderr, "flags: odd is left out: its files cannot be "
                    "read: it removed their directory\n")
                for name, runs in (("async", 1), ("odd", 0), ("next", 1)):
                    self.assertEqual(len(self.cell(report, name)["runs"]),
                                     runs)

    def test_one_that_asks_twice_is_left_out(self):
        self.assertLeftOut(
            EACH % "curl -sSfO $u; curl -sSfO $u", "BR: 2 attempts, not 1")

    def test_one_that_fails_is_left_out_with_its_last_words(self):
        self.assertLeftOut("echo first; echo '\033[1moh no' >&2; exit 3",
                           r"it ended with status 3: \\x1b\[1moh no")
        self.assertLeftOut("kill -9 $$", "it ended by signal 9")
        self.assertLeftOut("no-such-program",
                           "it ended with status 127: .*not found")

    def test_one_that_hangs_is_ended_with_all_that_came_of_it(self):
        self.assertLeftOut(
            "setsid sleep 98761 & (sleep 98761 &); sleep 98761",
            r"it had not ended after [\d.]+ s", "-t", "3")
        self.assertEqual(processes_of("98761"), [])

    def test_one_that_prints_for_ever_is_ended_before_the_disk_is_full(self):
        self.assertLeftOut("yes", "it printed more than 64 MiB")
        self.assertEqual(processes_of("yes"), [])

    def test_it_is_not_run_again(self):
        run, _ = self.compare(
            "-r", "3", "--strategies", "async", "--program",
            f"odd=echo x >> {self.home}/log; exit 1", status=6)
        self.assertEqual((self.home / "log").read_text(), "x\n")
        self.assertEqual(run.stderr.count("left out"), 1)

    def test_a_signal_ends_it_with_all_that_came_of_it(self):
        run = self.start("compare", "-w", "0", "--strategies", "async",
                         "--program", f"hangs=touch {self.home}/there; "
                         "setsid sleep 98762 & sleep 98762", "-t", "60",
                         *CODES)
        harness.until((self.home / "there").exists, seconds=30)
        run.signal(signal.SIGTERM)
        finished = run.finish()

        self.assertEqual(finished.status, -signal.SIGTERM, str(finished))
        self.assertEqual(processes_of("98762"), [])
        self.assertEqual(list(self.home.glob("flags-compare-*")), [])

    def test_wrong_uses_are_refused(self):
        for args, words in (
                (["curl"], "accepted"), (["=true"], "accepted"),
                (["a b=true"], "accepted"), (["a="], "accepted"),
                (["async=true"], "accepted"), (["x" * 17 + "=y"], "accepted"),
                (["a=true", "a=false"], "accepted")):
            with self.subTest(args):
                run = self.flags("compare", *[
                    word for arg in args for word in ("--program", arg)])
                self.assertStatus(run, 2)
                self.assertIn("--program", run.stderr)
        for args in (["-c"], ["-s", "http://127.0.0.1:1/flags"], ["--book"]):
            with self.subTest(args):
                run = self.flags("compare", "--program", "a=true", *args)
                self.assertStatus(run, 2)
                self.assertRegex(run.stderr, "--program: not together")


class Recipes(Case):
    def compare(self, *args, config=None, status=0):
        env = {"XDG_CONFIG_HOME": str(config)} if config else None
        run = self.flags("compare", "-w", "0", "-r", "1", "--strategies",
                         "async", "--export-json", "c.json", *args, env=env,
                         seconds=90)
        self.assertStatus(run, status)
        return run

    def write(self, name, text):
        recipes = self.home / "config" / "flags" / "recipes"
        recipes.mkdir(parents=True, exist_ok=True)
        (recipes / f"{name}.recipe").write_text(text)
        return self.home / "config"

    def test_what_is_installed_does_the_same_work(self):
        names = [name for name in ("curl", "wget2", "aria2c", "xargs")
                 if shutil.which(name)]
        self.assertIn("curl", names)
        run = self.compare("-m", "20", "--with", ",".join(names))

        report = json.loads((self.home / "c.json").read_text())
        self.assertEqual([cell["name"] for cell in report["cells"]],
                         ["async", *names])
        for cell in report["cells"][1:]:
            self.assertEqual((cell["requests"], len(cell["runs"])), (20, 1))
            self.assertLessEqual(cell["peak_in_flight"], 20)
            self.assertRegex(cell["version"], r"\d+\.\d+")
            # The page is 100 columns wide, and breaks the line in blanks.
            self.assertIn(f"\n{cell['name']} is "
                          f"{cell['version'].split()[0]} ", run.stdout)
        self.assertEqual(
            [path.name for path in self.home.iterdir()], ["c.json"])

    def test_a_recipe_of_ones_own_wins(self):
        config = self.write(
            "curl", "# Mine.\nversion = echo mine 9.9\n"
            "command = curl -sSf -K {config}\n")
        run = self.compare("--with", "curl", *CODES, config=config)

        self.assertIn("\ncurl is mine 9.9\n", run.stdout)
        report = json.loads((self.home / "c.json").read_text())
        self.assertIsNone(report["cells"][1]["max_req"])
        self.assertEqual(report["cells"][1]["program"],
                         "curl -sSf -K {config}")

    def test_what_cannot_be_run_is_refused(self):
        config = self.write("gone", "version = no-such-program\n"
                            "command = x\n")
        self.write("bad", "version = true\n")
        self.write("endless", "version = yes\ncommand = x\n")
        for names, words in (("nosuch", "'nosuch' .*installed"),
                             ("gone", "'gone' .*installed"),
                             ("bad", "'bad' .*two lines"),
                             ("endless", "'endless' .*within 10 s"),
                             ("curl,curl", "'curl' .*once"),
                             ("../x", r"'\.\./x' "), ("", "'' ")):
            with self.subTest(names):
                run = self.compare("--with", names, config=config, status=2)
                self.assertRegex(run.stderr, f"--with: {words}")
        run = self.compare("--with", "curl", "-c", status=2)
        self.assertRegex(run.stderr, "--with: not together")


harness.main()

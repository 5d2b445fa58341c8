"""The scripts tell the truth: a verdict that hides a failure is worse than
none."""

import contextlib
import json
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import sys
import urllib.request

import harness
from harness import Case

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Script(Case):
    def run_script(self, *command, cwd=None, env=None):
        run = subprocess.run(
            [str(word) for word in command], cwd=cwd or self.home,
            env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=harness.limit(60))
        return harness.Finished(list(map(str, command)), run.returncode,
                                run.stdout, run.stderr)


class Tally(Script):
    def tally(self, *tests):
        log = self.home / "testlog.json"
        log.write_text("".join(json.dumps(test) + "\n" for test in tests))
        return self.run_script(
            sys.executable, ROOT / "tests" / "support" / "tally.py", log)

    def last_line(self, run):
        return run.stdout.splitlines()[-1]

    def test_counts_the_cases_of_tap_and_other_tests_once(self):
        run = self.tally(
            {"name": "flags:unit / a", "result": "OK",
             "stdout": "TAP version 13\n1..2\nok - a::one (0.1s)\n"
                       "ok - a::two\n"},
            {"name": "flags:stress / b", "result": "OK", "stdout": "fine\n"})

        self.assertStatus(run, 0)
        self.assertEqual(self.last_line(run), "3 passed, 0 failed")

    def test_names_what_failed(self):
        run = self.tally(
            {"name": "flags:unit / a", "result": "FAIL",
             "stdout": "1..2\nnot ok 1 - one\nok 2 - two\n"})

        self.assertStatus(run, 1)
        self.assertIn("failed: a: one\n", run.stdout)
        self.assertEqual(self.last_line(run), "1 passed, 1 failed")

    def test_a_crash_after_the_last_case_is_a_failure(self):
        run = self.tally(
            {"name": "flags:unit / a", "result": "ERROR",
             "stdout": "1..1\nok 1 - one\n"})

        self.assertStatus(run, 1)
        self.assertEqual(self.last_line(run), "1 passed, 1 failed")

    def test_a_timeout_without_a_case_is_a_failure(self):
        run = self.tally({"name": "flags:unit / a", "result": "TIMEOUT",
                          "stdout": ""})

        self.assertStatus(run, 1)
        self.assertEqual(self.last_line(run), "0 passed, 1 failed")

    def test_skipped_cases_are_counted_as_such(self):
        run = self.tally(
            {"name": "flags:x / a", "result": "OK",
             "stdout": "ok 1 - one # SKIP no nginx\nok 2 - two\n1..2\n"})

        self.assertStatus(run, 0)
        self.assertEqual(self.last_line(run), "1 passed, 0 failed, 1 skipped")

    def test_nothing_that_ran_is_no_success(self):
        run = self.tally()

        self.assertStatus(run, 1)

    def test_a_log_that_is_missing_is_a_failure(self):
        run = self.run_script(
            sys.executable, ROOT / "tests" / "support" / "tally.py",
            self.home / "none.json")

        self.assertStatus(run, 1)
        self.assertEqual(self.last_line(run), "0 passed, 1 failed")


class Bootstrap(Script):
    def test_has_nothing_to_do_where_everything_is_installed(self):
        run = self.run_script(ROOT / "scripts" / "bootstrap", "run")

        self.assertStatus(run, 0)
        self.assertEqual(run.stdout + run.stderr, "")

    def test_refuses_what_it_does_not_know(self):
        run = self.run_script(ROOT / "scripts" / "bootstrap", "everything")

        self.assertStatus(run, 2)
        self.assertIn("run|test|ci|root", run.stderr)


class Run(Script):
    """scripts/run with a meson and a ninja that only play their parts."""

    MESON = """#!/bin/sh
for directory; do [ -d "$directory" ] && break; done
touch "$directory/build.ninja"
"""
    NINJA = """#!/bin/sh
built=$2/src/flags
[ ! -e "$built" ] || { echo "ninja: no work to do."; exit; }
echo "[1/2] Compiling"; echo "[2/2] Linking"
case $* in *' -n '*) exit ;; esac
[ ! -e "$2/broken" ] || { echo "error: broken"; exit 1; }
mkdir -p "$2/src"; printf '#!/bin/sh\necho ran "$@"\n' >"$built"
chmod +x "$built"
"""

    def setUp(self):
        super().setUp()
        self.tree = self.home / "tree"
        (self.tree / "scripts").mkdir(parents=True)
        shutil.copy(ROOT / "scripts" / "run", self.tree / "scripts")
        self.program("tree/scripts/bootstrap", "#!/bin/sh\n")
        self.program("bin/meson", self.MESON)
        self.program("bin/ninja", self.NINJA)

    def program(self, name, text):
        (self.home / name).parent.mkdir(exist_ok=True)
        (self.home / name).write_text(text)
        (self.home / name).chmod(0o755)

    def run_it(self, terminal=False):
        """What it printed, on stdout and on stderr, and its status."""
        ours, theirs = pty.openpty() if terminal else os.pipe()
        with open(ours, "rb", buffering=0) as reader:
            run = subprocess.run(
                [self.tree / "scripts" / "run", "get"], cwd=self.home,
                env={**os.environ,
                     "PATH": f"{self.home}/bin:{os.environ['PATH']}"},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=theirs, timeout=harness.limit(30))
            os.close(theirs)
            said = b""
            with contextlib.suppress(OSError):  # a terminal's end is EIO
                while piece := reader.read(65536):
                    said += piece
        return run.stdout.decode(), said.decode(), run.returncode

    def test_counts_what_it_builds_on_a_terminal(self):
        out, said, status = self.run_it(terminal=True)

        self.assertEqual((out, status), ("ran get\n", 0))
        self.assertIn("building flags, about a minute", said)
        self.assertIn("[1/2]", said)

    def test_is_silent_where_nobody_looks_or_nothing_is_to_be_done(self):
        self.assertEqual(self.run_it(), ("ran get\n", "", 0))
        self.assertEqual(self.run_it(terminal=True), ("ran get\n", "", 0))

    def test_shows_why_it_cannot_build(self):
        (self.tree / "build").mkdir()
        (self.tree / "build" / "broken").touch()
        for terminal in (False, True):
            with self.subTest(terminal=terminal):
                out, said, status = self.run_it(terminal)

                self.assertEqual((out, status), ("", 125))
                self.assertIn("error: broken", said)
                self.assertIn("cannot build; the output is above", said)


class TestOn(Script):
    def test_skips_with_a_word_where_there_are_no_namespaces(self):
        programs = self.home / "bin"
        programs.mkdir()
        (programs / "unshare").write_text("#!/bin/sh\nexit 1\n")
        (programs / "unshare").chmod(0o755)
        run = self.run_script(
            ROOT / "scripts" / "test-on", "trixie",
            env={"PATH": f"{programs}:{os.environ['PATH']}",
                 "FLAGS_ROOTS": str(self.home / "roots")})

        self.assertStatus(run, 77)
        self.assertRegex(run.stderr, "skipped: .*(namespaces|needs root)")
        self.assertFalse((self.home / "roots").exists())

    def test_needs_the_name_of_a_release(self):
        for wrong in ([], ["--help"], ["../trixie"]):
            with self.subTest(wrong):
                run = self.run_script(ROOT / "scripts" / "test-on", *wrong)

                self.assertStatus(run, 2)
                self.assertIn("usage: scripts/test-on SUITE", run.stderr)


class Smoke(Script):
    def test_passes_with_this_program(self):
        run = self.run_script(ROOT / "scripts" / "smoke", harness.PROGRAM,
                              harness.CORPUS)

        self.assertStatus(run, 0)

    def test_fails_when_a_flag_differs(self):
        # A corpus of which one file is not what the server has.
        other = self.home / "corpus"
        shutil.copytree(harness.CORPUS, other)
        (other / "br" / "br.gif").write_bytes(b"another flag")

        run = self.run_script(ROOT / "scripts" / "smoke", harness.PROGRAM,
                              other)

        self.assertStatus(run, 1)
        self.assertIn("br.gif", run.stderr)

    def test_fails_with_a_program_that_does_nothing(self):
        run = self.run_script(ROOT / "scripts" / "smoke", "/bin/true")

        self.assertStatus(run, 1)


class ServeInCi(Script):
    def start_server(self, arguments):
        variables = self.home / "variables"
        outputs = self.home / "outputs"
        run = self.run_script(
            ROOT / "scripts" / "serve-in-ci",
            env={"FLAGS_PROGRAM": harness.PROGRAM, "TMPDIR": str(self.home),
                 "FLAGS_ARGUMENTS": arguments, "GITHUB_ENV": str(variables),
                 "GITHUB_OUTPUT": str(outputs)})
        if run.status != 0:
            return run, {}
        found = dict(line.split("=", 1)
                     for line in variables.read_text().splitlines())
        self.addCleanup(os.kill, int(found["FLAGS_PID"]), signal.SIGTERM)
        self.assertEqual(outputs.read_text(),
                         f"server={found['FLAGS_SERVER']}\n")
        return run, found

    def test_leaves_a_server_for_the_steps_that_follow(self):
        run, found = self.start_server("--fault\nstatus=503 @/br/*\n--seed\n7\n")

        self.assertStatus(run, 0)
        get = self.get("BR", "US", env={"FLAGS_SERVER": found["FLAGS_SERVER"]})
        self.assertStatus(get, 1)
        self.assertIn("503", get.stderr)
        with urllib.request.urlopen(found["FLAGS_STATS"]) as answer:
            self.assertEqual(json.load(answer)["requests"], 2)

    def test_says_why_when_the_server_does_not_start(self):
        run, _ = self.start_server("--fault\nnonsense")

        self.assertStatus(run, 1)
        self.assertIn("nonsense", run.stderr)


class Lint(Script):
    def lint(self, name, text):
        directory = self.home / "tree"
        for needed in ("scripts/lint", "src/await/await.h", ".clang-format",
                       "CONTRIBUTING.md"):
            target = directory / needed
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / needed, target)
        source = directory / name
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(text)
        return self.run_script(sys.executable, directory / "scripts" / "lint",
                               source)

    def setUp(self):
        super().setUp()
        if not shutil.which("clang-format"):
            self.skipTest("clang-format is not installed")

    def test_accepts_what_is_right(self):
        run = self.lint("src/transfer/a.c", '#include "await/await.h"\n\n'
                        "/* sprintf() is banned. */\n"
                        'static const char text[] = "printf(";\n')

        self.assertStatus(run, 0)

    def test_finds_each_kind_of_fault(self):
        for name, text, message in (
                ("src/country/a.c", "void f(char *s);\n#define X sprintf(a)\n",
                 "sprintf() is banned"),
                ("src/country/a.c", '#include "download/run.h"\n',
                 "country/ must not include from download/"),
                ("src/download/a.c", '#include "fixture/weather.h"\n',
                 "download/ must not include from fixture/"),
                ("src/fixture/a.c", '#include "await/switch/stack.h"\n',
                 "private to await/"),
                ("src/comparison/a.c", '#include "command/commands.h"\n',
                 "comparison/ must not include from command/"),
                ("src/findings/a.c", '#include "fixture/rules/delay.h"\n',
                 "findings/ must not include from fixture/"),
                ("src/text/a.c", '#include "country/codes.h"\n',
                 "text/ must not include from country/"),
                ("src/fixture/a.c", '#include "weather.h"\n',
                 "room/file.h"),
                ("src/download/a.c", "#define X printf(a)\n",
                 "only the program layer may"),
                ("src/transfer/a.c", "#define X fprintf(stderr, a)\n",
                 "only the program layer may"),
                ("tests/unit/a.c", "#define X usleep(5)\n", "usleep()"),
                ("src/command/a.c", "#define X time(0)\n", "monotonic")):
            with self.subTest(name + ": " + text):
                run = self.lint(name, text)

                self.assertStatus(run, 1)
                self.assertIn(message, run.stdout)

    def test_finds_files_that_are_too_long(self):
        for name, line in (("src/country/a.c", "int a;\n"),
                           ("src/country/a.h", "int a;\n"),
                           ("tests/unit/a.py", "a = 1\n"),
                           ("scripts/a", "#!/usr/bin/env python3\n")):
            for lines, status in ((400, 0), (401, 1)):
                with self.subTest(name, lines=lines):
                    run = self.lint(name, line * lines)

                    self.assertStatus(run, status)
                    self.assertEqual(run.stdout, status * (
                        f"{name}:{lines}: more than 400 lines: split it by "
                        "topic\n"))

    def test_finds_a_line_that_is_not_formatted(self):
        run = self.lint("src/country/a.c", "int  a;\n")

        self.assertStatus(run, 1)
        self.assertIn("clang-format", run.stderr)


harness.main()

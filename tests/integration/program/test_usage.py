"""Usage errors: one clear line that names the trouble, status 2, and nobody
is contacted, nothing is created."""

import os
import signal
import subprocess

import harness
from harness import Case


class UsageError(Case):
    def refused(self, *args, names, env=None):
        """The program refuses `args`; its message holds all of `names`."""
        wire = self.tripwire()
        if "-s" not in args and "--server" not in args:
            args = ("-s", wire.url, *args)

        run = self.get(*args, env=env)

        self.assertStatus(run, 2)
        self.assertFalse(wire.contacted())
        self.assertFalse(self.out.exists(), "nothing is created")
        self.assertEqual(run.stdout, "")
        self.assertRegex(run.stderr, r"\Aflags: ")
        for name in names:
            self.assertIn(name, run.stderr)
        return run

    def test_a_country_by_its_name_suggests_its_code(self):
        for name, code in (("brazil", "BR"), ("Germany", "DE"),
                           ("germny", "DE")):
            with self.subTest(name):
                self.refused(name, names=[f"did you mean '{code}'?"])

    def test_max_req_of_zero(self):
        self.refused("-m", "0", names=["-m", "0"])

    def test_max_req_below_zero(self):
        self.refused("-m", "-3", names=["-3"])

    def test_max_req_that_is_no_number(self):
        self.refused("--max-req", "many", names=["--max-req", "many"])

    def test_max_req_beyond_all_numbers(self):
        self.refused("--max-req=99999999999999999999",
                     names=["99999999999999999999"])

    def test_unknown_server(self):
        self.refused("-s", "NOWHERE",
                     names=["NOWHERE", "LOCAL", "DELAY", "ERROR", "REMOTE"])

    def test_credentials_of_a_refused_url_are_not_told(self):
        for url in ("http://user:secret@/flags x", "user:secret@host",
                    "ftp://user:se/cret@host/", "http://secret@host:port/"):
            with self.subTest(url):
                run = self.refused("-s", url, names=["--server"])
                self.assertNotIn("secret", run.stderr)
                self.assertNotIn("se/cret", run.stderr)

    def test_misspelt_server_gets_a_suggestion(self):
        self.refused("-s", "DELAYY", names=["DELAYY", "did you mean"])

    def test_server_with_another_scheme(self):
        self.refused("-s", "ftp://127.0.0.1/flags", names=["ftp"])

    def test_letter_outside_the_alphabet(self):
        self.refused("Ü", names=["Ü", "AA", "ZZ"])

    def test_three_letters(self):
        self.refused("BRA", names=["BRA"])

    def test_empty_code(self):
        self.refused("", names=["''"])

    def test_limit_that_is_no_number(self):
        self.refused("-l", "x", names=["-l", "x"])

    def test_limit_of_zero(self):
        self.refused("-l", "0", names=["-l", "0"])

    def test_unknown_strategy_gets_a_suggestion(self):
        self.refused("-S", "thread", names=["thread", "threaded"])

    def test_unknown_option_gets_a_suggestion(self):
        self.refused("--max-reqs", "3", names=["--max-reqs", "--max-req"])

    def test_options_are_not_abbreviated(self):
        self.refused("--verb", names=["--verb"])

    def test_missing_value(self):
        self.refused("BR", "--timeout", names=["--timeout"])

    def test_timeout_that_is_no_duration(self):
        self.refused("-t", "soon", names=["-t", "soon"])

    def test_timeout_of_zero_or_less(self):
        self.refused("-t", "-1s", names=["-1s"])

    def test_reuse_that_is_neither(self):
        self.refused("--reuse", "maybe", names=["maybe", "yes", "no"])

    def test_compat_with_no_such_edition(self):
        self.refused("--compat", "3e", names=["3e", "1e", "2e"])

    def test_unknown_server_in_the_environment(self):
        wire = self.tripwire()

        run = self.get("BR", env={"FLAGS_SERVER": "NOWHERE"})

        self.assertStatus(run, 2)
        self.assertIn("FLAGS_SERVER", run.stderr)
        self.assertFalse(wire.contacted())

    def test_control_characters_are_escaped(self):
        run = self.refused("\x1b[31m", names=["flags: "])

        self.assertNotIn("\x1b", run.stderr)

    def test_no_command(self):
        run = self.flags()

        self.assertStatus(run, 2)
        self.assertRegex(run.stderr, r"get.*|usage")

    def test_misspelt_command_gets_a_suggestion(self):
        run = self.flags("gett")

        self.assertStatus(run, 2)
        self.assertIn("gett", run.stderr)
        self.assertIn("'get'", run.stderr)

    def test_double_dash_ends_options(self):
        self.refused("--", "-m", names=["-m"])

        run = self.get("-s", self.nginx().url, "--", "BR")

        self.assertStatus(run, 0)


class Answers(Case):
    def test_help_is_on_stdout(self):
        for args in (["--help"], ["-h"], ["get", "--help"], ["get", "-h"],
                     ["serve", "--help"], ["compare", "--help"],
                     ["list", "--help"]):
            with self.subTest(args):
                run = self.flags(*args)

                self.assertStatus(run, 0)
                self.assertRegex(run.stdout, r"(?i)usage: flags")
                self.assertEqual(run.stderr, "")

    def test_help_of_get_lists_its_options_with_defaults(self):
        run = self.flags("get", "--help")

        for option in ("--strategy", "--max-req", "--server", "--output-dir",
                       "--country-names", "--timeout", "--connect-timeout",
                       "--verbose", "--quiet", "--reuse", "--compat",
                       "--every", "--all", "--limit"):
            self.assertIn(option, run.stdout)
        for default in ("async", "downloads", "LOCAL", "10"):
            self.assertIn(default, run.stdout)
        self.assertLessEqual(max(map(len, run.stdout.splitlines())), 80)

    def test_help_wins_over_what_else_is_said(self):
        run = self.flags("get", "BR", "--help")

        self.assertStatus(run, 0)

    def test_help_of_a_command_is_its_help_option(self):
        for command in ("get", "compare", "serve", "list"):
            with self.subTest(command):
                run = self.flags("help", command)

                self.assertStatus(run, 0)
                self.assertEqual(run.stdout,
                                 self.flags(command, "--help").stdout)
        self.assertEqual(self.flags("help").stdout,
                         self.flags("--help").stdout)

    def test_help_of_no_command_suggests_one(self):
        run = self.flags("help", "gte")

        self.assertStatus(run, 2)
        self.assertIn("did you mean 'get'?", run.stderr)

    def test_an_option_that_is_none_before_a_command_is_told_as_one(self):
        for typed, said in (("--versoin", "did you mean '--version'?"),
                            ("--hlep", "did you mean '--help'?"),
                            ("--help=1", "did you mean '--help'?"),
                            ("-x", "'flags --help' lists the commands"),
                            ("--", "'flags --help' lists the commands")):
            with self.subTest(typed):
                run = self.flags(typed)
                self.assertStatus(run, 2)
                self.assertIn(f"{typed}: no such option", run.stderr)
                self.assertIn(said, run.stderr)

    def test_a_url_in_place_of_a_command_is_told_without_its_password(self):
        run = self.flags("http://u:s3cret@example.org/a.gif")

        self.assertStatus(run, 2)
        self.assertIn("http://...@example.org/a.gif: no such command; did you "
                      "mean 'flags get URL'?", run.stderr)

    def test_version_names_the_libraries(self):
        run = self.flags("--version")
        for short in (["-V"], ["get", "-V"]):
            self.assertEqual(self.flags(*short).stdout, run.stdout)

        self.assertStatus(run, 0)
        self.assertRegex(run.stdout, r"\Aflags \d+\.\d+")
        self.assertRegex(run.stdout, r"libcurl/? ?\d")
        self.assertRegex(run.stdout, r"libuv/? ?\d")
        self.assertRegex(run.stdout, r"(?i)ssl|tls")

    def test_closed_pipe_on_stdout_ends_the_program_quietly(self):
        reader, writer = os.pipe()
        os.close(reader)
        try:
            run = self.flags("get", "--help", stdout=writer)
        finally:
            os.close(writer)

        self.assertIn(run.status, (-signal.SIGPIPE, 128 + signal.SIGPIPE))
        self.assertEqual(run.stderr, "")

    def test_full_device_on_stdout_is_a_local_failure(self):
        for args in (["--version"], ["get", "--help"]):
            with self.subTest(args), open("/dev/full", "wb") as full:
                run = self.flags(*args, stdout=full)

                self.assertStatus(run, 5)
                self.assertIn("No space left", run.stderr)

    def test_stdout_that_is_closed_is_a_local_failure(self):
        # And no socket or file takes its place and gets the report.
        if harness.WRAP:
            self.skipTest("valgrind itself would take the place")
        server = self.nginx()
        for args in (["--version"],
                     ["get", "-s", server.url, "-o", str(self.out), "BR"]):
            with self.subTest(args):
                run = subprocess.run(
                    ["sh", "-c", 'exec "$@" >&-', "sh", *self.command(*args)],
                    cwd=self.home, env=self.environment(),
                    stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                    timeout=harness.limit(20))

                self.assertEqual(run.returncode, 5, run.stderr)
                self.assertIn(b"flags: cannot write to standard output",
                              run.stderr)


harness.main()

"""The README shows what the program prints, times and ports aside."""

import pathlib
import re
import shlex

import harness
from harness import Case

ROOT = pathlib.Path(__file__).resolve().parents[3]


def shown(text):
    """(command, what it prints) for each command of the README's blocks."""
    found = []
    for block in re.findall(r"^```\n(\$ .*?)^```$", text,
                            re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def timeless(text):
    text = re.sub(r"\d+\.\d\ds", "0.00s", text)
    return re.sub(r"(127\.0\.0\.1|localhost):\d+", r"\1:0", text)


class Readme(Case):
    def setUp(self):
        super().setUp()
        self.text = (ROOT / "README.md").read_text()
        self.shown = dict(shown(self.text))

    def printed(self, *args):
        run = self.flags(*args)
        return run, timeless(run.stdout + run.stderr)

    def test_shows_what_get_prints(self):
        run, text = self.printed("get")

        self.assertStatus(run, 0)
        self.assertEqual(timeless(self.shown["scripts/run get"]), text)

    def test_shows_what_get_prints_of_a_code_that_is_not_there(self):
        run, text = self.printed("get", "-v", "-m", "1", "br", "us", "zz")

        self.assertEqual(run.status, int(self.shown["echo $?"]))
        # In a terminal the lines of stderr are where they came.
        self.assertCountEqual(
            timeless(self.shown["scripts/run get -v br us zz"])
            .replace("3 concurrent connections", "1 concurrent connection")
            .splitlines(),
            text.splitlines())

    def test_shows_the_two_commands_first(self):
        first, second, third = list(self.shown)[:3]
        self.assertEqual((first, third), ("scripts/run get", "scripts/test"))
        self.assertRegex(second, r"^printf .*\| scripts/run get -i - -o out$")
        self.assertRegex(self.shown["scripts/test"],
                         r"\n\d+ passed, 0 failed(, \d+ skipped)?\n\Z")

    def test_shows_what_serve_prints(self):
        command = next(c for c in self.shown if c.startswith("flags serve"))
        server = self.serve(*shlex.split(command)[2:])

        self.assertEqual(
            timeless(self.shown[command]),
            timeless(f"flags serve: listening on {server.url}\n"))

    def test_shows_the_tables_that_compare_prints(self):
        run = self.flags("compare", "-r", "2", "-w", "0", "-l", "2")
        shown = self.shown["scripts/run compare"]

        self.assertStatus(run, 0)
        # Columns are as wide as what stands in them.
        headers = [line.split() for line in shown.splitlines()]
        for table in ("cell", "spread", "overhead", "costs", "requests"):
            header, *rows = re.search(
                rf"(?m)^{table} .*\n(?:(?:sequential|threaded|async) .*\n)+",
                run.stdout).group().splitlines()
            self.assertIn(header.split(), headers)
            self.assertEqual(len(rows), 3)
            for row in rows:
                self.assertRegex(shown, rf"(?m)^{row.split()[0]} ")
        for line in shown.splitlines():
            self.assertLessEqual(len(line), 100)
        self.assertRegex(shown, r"(?m)^- async is \d\S* times as fast as "
                                r"sequential \(\S+ to \S+\)$")

    def test_names_options_that_there_are(self):
        known = {}
        for command in ("get", "serve", "compare"):
            known[command] = self.flags(command, "--help").stdout
        for command, rest in re.findall(
                r"(?:flags|scripts/run) (get|serve|compare)((?: [^`|\n]*)?)",
                self.text):
            for option in re.findall(r"(?<!\S)--?[a-z][\w-]*", rest):
                if option == "--":
                    break
                with self.subTest(f"{command} {option}"):
                    self.assertRegex(
                        known[command],
                        rf"(?m)^ +(-\w, )?{option}\b|^ +{option}, ")

    def test_names_files_that_there_are(self):
        for name in re.findall(r"`((?:src|scripts)/[\w/.]+)`", self.text):
            with self.subTest(name):
                self.assertTrue((ROOT / name).exists())


harness.main()

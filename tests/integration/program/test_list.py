"""`flags list`: the codes and names of the countries, for people and for
programs."""

import json
import os
import shutil
import signal

import harness
from harness import CORPUS, MOST_POPULOUS, Case


def metadata(code):
    return json.loads((CORPUS / code / "metadata.json").read_text("utf-8"))


CODES = sorted(path.name for path in CORPUS.iterdir() if path.is_dir())


class List(Case):
    def lines(self, *args):
        run = self.flags("list", *args)

        self.assertStatus(run, 0)
        self.assertEqual(run.stderr, "")
        return run.stdout

    def test_a_line_a_country_sorted_by_code(self):
        self.assertEqual(
            self.lines(),
            "".join(f"{code.upper()}  {metadata(code)['country']}\n"
                    for code in CODES))

    def test_a_name_is_found_by_code_or_by_a_part_in_either_case(self):
        self.assertEqual(self.lines("br"), "BR  Brazil\n")
        self.assertEqual(self.lines("BRAZ"), "BR  Brazil\n")
        self.assertEqual(self.lines("united k", "Br"),
                         "BR  Brazil\nGB  United Kingdom\n")
        self.assertEqual([entry["code"] for entry in
                          json.loads(self.lines("--json", "brazil"))], ["BR"])

    def test_a_name_that_no_country_has_is_not_found(self):
        run = self.flags("list", "br", "germny")

        self.assertStatus(run, 4)
        self.assertEqual(run.stdout, "BR  Brazil\n")
        self.assertIn("germny: no country", run.stderr)
        self.assertIn("did you mean 'Germany'?", run.stderr)

    def test_names_are_utf_8_in_every_locale(self):
        run = self.flags("list", env={"LC_ALL": "C"})

        self.assertStatus(run, 0)
        self.assertIn("CI  Côte d'Ivoire\n", run.stdout)

    def test_pop20_are_the_20_most_populous_sorted_by_code(self):
        codes = [line[:2] for line in self.lines("--pop20").splitlines()]

        self.assertEqual(codes, sorted(c.upper() for c in MOST_POPULOUS))
        self.assertEqual(len(codes), 20)

    def test_pop20_are_what_a_plain_get_downloads(self):
        self.assertStatus(self.get("-q"), 0)

        self.assertEqual(
            [line[:2].lower() for line in self.lines("--pop20").splitlines()],
            [name.removesuffix(".gif") for name in
             harness.files_in(self.out)])

    def test_json_has_all_that_is_known(self):
        self.assertEqual(
            json.loads(self.lines("--json")),
            [{"code": code.upper(), "name": about["country"],
              "iso_cc": about["iso_cc"], "tld_cc": about["tld_cc"],
              "gec_cc": about["gec_cc"]}
             for code in CODES for about in [metadata(code)]])

    def test_json_of_pop20_is_an_array_of_20(self):
        codes = [about["code"]
                 for about in json.loads(self.lines("--json", "--pop20"))]

        self.assertEqual(codes, sorted(c.upper() for c in MOST_POPULOUS))


class OtherRoots(Case):
    def setUp(self):
        super().setUp()
        self.root = self.home / "root"
        for code in MOST_POPULOUS:
            (self.root / code).mkdir(parents=True)
            shutil.copy(CORPUS / code / "metadata.json", self.root / code)

    def write(self, text):
        (self.root / "br" / "metadata.json").write_text(text, "utf-8")

    def listed(self):
        return self.flags("list", "--pop20", "--root", self.root)

    def failed(self, run, *names):
        """One line names the country and what is wrong; nothing is listed."""
        self.assertStatus(run, 5)
        self.assertEqual(run.stdout, "")
        self.assertRegex(run.stderr, r"\Aflags: [^\n]+\n\Z")
        for name in names:
            self.assertIn(name, run.stderr)

    def test_names_come_from_the_root_that_is_given(self):
        self.write('{"country": "Brasil", "iso_cc": "BR", "tld_cc": ".br",'
                   ' "gec_cc": "BR"}')

        run = self.listed()

        self.assertStatus(run, 0)
        self.assertIn("BR  Brasil\n", run.stdout)

    def test_a_country_without_metadata_is_a_local_failure(self):
        (self.root / "br" / "metadata.json").unlink()

        self.failed(self.listed(), "br: ", "br/metadata.json",
                    "No such file")

    def test_metadata_that_is_no_json_is_a_local_failure(self):
        self.write('{"country": "Brazil",\n oops}')

        self.failed(self.listed(), "br: ", "br/metadata.json", "line 2")

    def test_metadata_that_cannot_be_read_is_a_local_failure(self):
        (self.root / "br" / "metadata.json").unlink()
        (self.root / "br" / "metadata.json").mkdir()

        self.failed(self.listed(), "br: ", "br/metadata.json")

    def test_metadata_without_a_value_is_a_local_failure(self):
        whole = metadata("br")
        for key in whole:
            for value in (None, "", 7):
                with self.subTest(key=key, value=value):
                    self.write(json.dumps({**whole, key: value}))

                    self.failed(self.listed(), "br: ", f'no "{key}"')

    def test_metadata_of_another_shape_is_a_local_failure(self):
        self.write("[]")

        self.failed(self.listed(), "br: ", 'no "country"')

    def test_a_root_that_is_not_there_is_a_local_failure(self):
        self.failed(self.flags("list", "--root", self.home / "nowhere"),
                    "ad: ", "nowhere", "No such file")

    def test_a_root_with_too_long_a_name_is_a_local_failure(self):
        self.failed(self.flags("list", "--root", "x/" * 2500), "too long")

    def test_control_characters_are_escaped_on_a_line_but_not_in_json(self):
        name = "Bra\x1b[31mzil\n"
        self.write(json.dumps({**metadata("br"), "country": name}))

        run = self.listed()

        self.assertStatus(run, 0)
        self.assertIn("BR  Bra\\x1b[31mzil\\x0a\n", run.stdout)
        run = self.flags("list", "--pop20", "--root", self.root, "--json")
        self.assertIn(name, [a["name"] for a in json.loads(run.stdout)])


class Usage(Case):
    def refused(self, *args, names):
        run = self.flags("list", *args)

        self.assertStatus(run, 2)
        self.assertEqual(run.stdout, "")
        self.assertRegex(run.stderr, r"\Aflags: [^\n]+\n\Z")
        for name in names:
            self.assertIn(name, run.stderr)

    def test_a_misspelt_option_gets_a_suggestion(self):
        self.refused("--pop2", names=["--pop2", "--pop20"])

    def test_a_root_without_a_value_is_a_usage_error(self):
        self.refused("--root", names=["--root", "DIR"])

    def test_a_flag_with_a_value_is_a_usage_error(self):
        self.refused("--json=yes", names=["--json"])

    def test_a_misspelt_command_gets_a_suggestion(self):
        run = self.flags("lst")

        self.assertStatus(run, 2)
        self.assertIn("'list'", run.stderr)

    def test_the_help_names_the_options(self):
        run = self.flags("list", "--help")

        self.assertStatus(run, 0)
        for option in ("--json", "--pop20", "--root=DIR"):
            self.assertIn(option, run.stdout)
        self.assertLessEqual(max(map(len, run.stdout.splitlines())), 80)


class Output(Case):
    def test_a_closed_pipe_ends_the_program_quietly(self):
        for args in ((), ("--json",), ("--pop20",)):
            with self.subTest(args):
                reader, writer = os.pipe()
                os.close(reader)
                try:
                    run = self.flags("list", *args, stdout=writer)
                finally:
                    os.close(writer)

                self.assertIn(run.status,
                              (-signal.SIGPIPE, 128 + signal.SIGPIPE))
                self.assertEqual(run.stderr, "")

    def test_a_full_device_is_a_local_failure(self):
        for args in ((), ("--json",), ("--pop20",)):
            with self.subTest(args), open("/dev/full", "wb") as full:
                run = self.flags("list", *args, stdout=full)

                self.assertStatus(run, 5)
                self.assertRegex(run.stderr, r"\Aflags: cannot write to "
                                             r"standard output: No space left"
                                             r"[^\n]*\n\Z")


harness.main()

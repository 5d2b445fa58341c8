"""The program finds its flags wherever it is put, or has 20 of its own."""

import json
import os
import shutil
import subprocess

import harness
from harness import Case


class Moved(Case):
    def install(self, directory, corpus=True):
        """A copy of the program as it is installed below `directory`."""
        program = self.home / directory / "bin" / "flags"
        program.parent.mkdir(parents=True)
        shutil.copy(harness.PROGRAM, program)
        if corpus:
            shutil.copytree(harness.CORPUS,
                            self.home / directory / "share" / "flags")
        return program

    def run_program(self, program, *args):
        running = harness.Running([str(program), *map(str, args)],
                                  env=self.environment(), cwd=self.home,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        return running.finish()


class AMovedTree(Moved):
    def test_serves_the_flags_that_came_along(self):
        first = self.install("first")
        marked = self.home / "first" / "share" / "flags" / "ad" / "ad.gif"
        marked.write_bytes(marked.read_bytes() + b"moved along")
        os.rename(self.home / "first", self.home / "second")
        program = self.home / "second" / first.relative_to(self.home / "first")

        run = self.run_program(program, "get", "AD", "-o", "out")

        self.assertStatus(run, 0)
        self.assertTrue((self.home / "out" / "ad.gif").read_bytes()
                        .endswith(b"moved along"))

    def test_lists_all_names(self):
        run = self.run_program(self.install("tree"), "list")

        self.assertStatus(run, 0)
        self.assertEqual(len(run.stdout.splitlines()), 194)


class TheProgramAlone(Moved):
    def setUp(self):
        super().setUp()
        self.program = self.install("alone", corpus=False)

    def test_downloads_the_20_flags_that_are_in_it(self):
        for strategy in ("sequential", "threaded", "async"):
            with self.subTest(strategy):
                out = self.home / strategy
                run = self.run_program(self.program, "get", "-S", strategy,
                                       "-o", out)

                self.assertStatus(run, 0)
                self.assertCorpus(out)

    def test_names_files_by_country(self):
        run = self.run_program(self.program, "get", "-c", "BR", "-o", "out")

        self.assertStatus(run, 0)
        self.assertEqual(sorted(os.listdir(self.home / "out")),
                         [".flags-manifest.jsonl", "Brazil-BR.gif"])

    def test_compares(self):
        run = self.run_program(self.program, "compare", "-r", "1", "-w", "0",
                               "--weather", "1ms", "--export-json", "c.json")

        self.assertStatus(run, 0)
        compared = json.loads((self.home / "c.json").read_text())
        self.assertTrue(all(cell["ideal"] > 0 for cell in compared["cells"]))

    def test_refuses_a_selection_beyond_them_before_anything_is_written(self):
        for arguments in (["get", "BR", "AD"], ["get", "--all"],
                          ["get", "b", "-s", "DELAY"], ["compare", "AD"]):
            with self.subTest(arguments):
                run = self.run_program(self.program, *arguments)

                self.assertStatus(run, 2)
                self.assertIn("20 flags that are in the program", run.stderr)
                self.assertFalse((self.home / "downloads").exists())

    def test_downloads_others_from_other_servers(self):
        server = self.serve()

        run = self.run_program(self.program, "get", "-s", server.url, "AD",
                               "-o", "out")

        self.assertStatus(run, 0)

    def test_lists_the_names_it_has_and_says_what_is_missing(self):
        run = self.run_program(self.program, "list", "--pop20")
        self.assertStatus(run, 0)
        self.assertEqual(len(run.stdout.splitlines()), 20)

        run = self.run_program(self.program, "list")
        self.assertStatus(run, 5)
        self.assertIn("--pop20", run.stderr)


harness.main()

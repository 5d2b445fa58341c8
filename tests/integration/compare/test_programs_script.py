"""scripts/programs: everything that downloads, in one table."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import harness
from harness import Case

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "scripts" / "programs"
CLIENTS = [name for name in ("curl", "wget2", "aria2c") if shutil.which(name)]


class Programs(Case):
    def run_script(self, *args, env=None):
        command = [sys.executable, str(SCRIPT), *args]
        run = subprocess.run(
            command, cwd=self.home, env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=harness.limit(240))
        return harness.Finished(command, run.returncode, run.stdout,
                                run.stderr)

    def cells(self):
        report = json.loads((self.home / "c.json").read_text())
        return {cell["strategy"]: cell for cell in report["cells"]}

    def library(self, name, text):
        """A library that Python finds first."""
        place = self.home / "libraries"
        place.mkdir(exist_ok=True)
        (place / f"{name}.py").write_text(text)
        return {"PYTHONPATH": str(place)}

    def test_all_that_is_there_does_the_same_work(self):
        for flags, runs in ((["-l", "20"], 20), (["--all"], 194)):
            with self.subTest(flags=flags):
                run = self.run_script("-r", "1", "-w", "0", "--weather", "2ms",
                                      "-m", "20", "--export-json", "c.json",
                                      *flags)

                self.assertStatus(run, 0)
                cells = self.cells()
                for name in (*harness.STRATEGIES, *CLIENTS):
                    self.assertIs(cells[name]["valid"], True, name)
                    self.assertEqual(cells[name]["requests"], runs, name)
                for name in ("sequential", "threads", "coroutines"):
                    self.assertTrue(f"py_{name}" in cells or
                                    f"without py_{name}: " in run.stderr, name)

    def test_a_program_that_cheats_is_caught_among_them(self):
        for flags in ([], ["--all"]):
            with self.subTest(flags=flags):
                run = self.run_script(
                    "-r", "1", "-w", "0", "--weather", "1ms", "--strategies",
                    "async", "--export-json", "c.json", *flags, "--program",
                    "cheat=sed 1d {urls} | xargs -P 4 -n 40 curl -qsf "
                    "--remote-name-all")

                self.assertStatus(run, 6)
                cells = self.cells()
                self.assertIn("never asked for", cells["cheat"]["excluded"])
                for name in CLIENTS:
                    self.assertIs(cells[name]["valid"], True, name)

    def test_the_scripts_download_with_a_library_of_this_interface(self):
        env = self.library("requests", """
import urllib.request

class Response:
    def __init__(self, content):
        self.content = content
    def raise_for_status(self):
        pass

class Session:
    def __enter__(self):
        return self
    def __exit__(self, *_):
        pass
    def get(self, url):
        with urllib.request.urlopen(url) as response:
            return Response(response.read())
""")
        run = self.run_script("-r", "1", "-w", "0", "--weather", "1ms", "-m",
                              "3", "--export-json", "c.json", "BR", "US",
                              "CN", env=env)

        self.assertStatus(run, 0)
        for name in ("py_sequential", "py_threads"):
            self.assertIs(self.cells()[name]["valid"], True, name)

    def test_help_tells_how(self):
        run = self.run_script("--help")
        self.assertStatus(run, 0)
        self.assertIn("usage: scripts/programs", run.stdout)


if __name__ == "__main__":
    harness.main()

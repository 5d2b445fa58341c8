"""The example for GNU parallel: a list in shards, one report, one status."""

import json
import shutil
import subprocess

import harness
from harness import Case

EXAMPLE = harness.CORPUS.parent / "examples" / "parallel" / "fetch"


class Parallel(Case):
    def setUp(self):
        super().setUp()
        if not shutil.which("parallel"):
            self.skipTest("GNU parallel is not installed")
        programs = self.home / "bin"
        programs.mkdir()
        (programs / "flags").symlink_to(harness.PROGRAM)
        self.env = self.environment()
        self.env["PATH"] = f"{programs}:{self.env['PATH']}"
        # It asks for nothing about citations where nobody can answer.
        (self.home / ".parallel").mkdir()
        (self.home / ".parallel" / "will-cite").touch()

    def fetch(self, *urls):
        (self.home / "list").write_text("".join(f"{url}\n" for url in urls))
        run = subprocess.run([EXAMPLE, "list", "out", "3"], env=self.env,
                             cwd=self.home, capture_output=True, text=True,
                             stdin=subprocess.DEVNULL,
                             timeout=harness.limit(60))
        report = json.loads((self.home / "out.report.json").read_text())
        return run, report

    def test_fetches_each_item_once(self):
        server = self.serve()
        run, report = self.fetch(*(f"{server.url}/{code}/{code}.gif"
                                   for code in harness.MOST_POPULOUS))

        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(report["counts"]["ok"], 20)
        self.assertCorpus(self.out)

    def test_has_the_status_of_the_whole(self):
        server = self.serve()
        run, report = self.fetch(f"{server.url}/br/br.gif",
                                 f"{server.url}/zz/zz.gif")

        self.assertEqual(run.returncode, 4, run.stderr)
        self.assertEqual(report["counts"]["not_found"], 1)


harness.main()

"""One comparison with everything on: small enough to be looked at by valgrind,
which follows the program into its children."""

import json

import compared
import harness
from harness import Case


class Whole(Case):
    def test_everything_at_once(self):
        run = self.flags(
            "compare", "-r", "1", "-w", "0", "-m", "1,2", "--reuse", "yes,no",
            "--weather", "10ms", "-c", "--timeline", "--export-json", "c.json",
            "--export-markdown", "c.md", "--export-html", "c.html", "--trace",
            "c.trace", "--fail-if", "async[1,no].median > 1h", "BR", "ZZ",
            seconds=60)

        self.assertStatus(run, 0)
        self.assertEqual(len(compared.rows(run.stdout)), 10)
        report = json.loads((self.home / "c.json").read_text())
        self.assertEqual(report["in_each_run"]["not_found"], 1)
        for cell, waits in zip(report["cells"], (3, 3, 3, 2, 3, 2, 3, 2, 3, 2)):
            # Brazil's image and metadata, and the image that is not there.
            self.assertAlmostEqual(cell["ideal"], waits * .01)
        json.loads((self.home / "c.trace").read_text())
        self.assertIn("</html>", (self.home / "c.html").read_text())
        self.assertIn("| async ", (self.home / "c.md").read_text())

    def test_one_that_ends_early(self):
        run = self.flags("compare", "--fail-if", "async.median > 1 s s")

        self.assertStatus(run, 2)


harness.main()

"""flags verify: whether files are still what the manifest says, offline."""

import os

import harness
from harness import Case

NAME = ".flags-manifest.jsonl"


class Verify(Case):
    def setUp(self):
        super().setUp()
        server = self.serve()
        self.assertStatus(self.get("-s", server.url, "br", "de", "us"), 0)
        self.assertStatus(server.stop(), 0)

    def verify(self, *args):
        return self.flags("verify", *args, self.out)

    def test_finds_nothing_wrong_with_what_was_downloaded(self):
        run = self.verify()
        self.assertStatus(run, 0)
        self.assertEqual((run.stdout, run.stderr), ("3 files checked.\n", ""))
        self.assertEqual(self.verify("-q").stdout, "")

    def test_names_what_differs_and_how(self):
        data = (self.out / "br.gif").read_bytes()
        (self.out / "br.gif").write_bytes(data[:-1] + b"x")
        (self.out / "de.gif").write_bytes(b"x")
        (self.out / "us.gif").unlink()
        run = self.verify()
        self.assertStatus(run, 6)
        self.assertEqual(run.stdout, "3 files checked, 3 differ.\n")
        self.assertRegex(run.stderr,
                         r"\Aflags: br.gif: its SHA-256 is another one\n"
                         r"flags: de.gif: it has 1 byte, not \d+\n"
                         r"flags: us.gif: it is missing\n\Z")

    def test_follows_no_links(self):
        (self.out / "br.gif").rename(self.home / "elsewhere")
        (self.out / "br.gif").symlink_to(self.home / "elsewhere")
        run = self.verify("-q")
        self.assertStatus(run, 6)
        self.assertEqual(run.stderr, "flags: br.gif: it is no plain file\n")

    def test_leaves_the_directory_by_no_name(self):
        line = (self.out / NAME).read_text().splitlines()[0]
        (self.out / NAME).write_text(
            line.replace('"file":"', '"file":"../', 1) + "\n")
        run = self.verify()
        self.assertStatus(run, 0)
        self.assertEqual(run.stdout, "0 files checked.\n")

    def test_passes_over_a_torn_line_and_takes_the_last_of_a_name(self):
        text = (self.out / NAME).read_text()
        wrong = text.splitlines()[0].replace('"bytes":', '"bytes":1')
        (self.out / NAME).write_text(f"{wrong}\n{text}" + text[:50])
        self.assertStatus(self.verify(), 0)
        (self.out / NAME).write_text(f"{text}{wrong}\n")
        self.assertStatus(self.verify(), 6)

    def test_needs_a_manifest(self):
        (self.out / NAME).unlink()
        run = self.verify()
        self.assertStatus(run, 5)
        self.assertIn(NAME, run.stderr)
        self.assertStatus(self.flags("verify", self.home / "nowhere"), 5)
        self.assertStatus(self.flags("verify"), 5)

    def test_of_what_is_usually_the_directory_needs_no_name(self):
        os.rename(self.out, self.home / "downloads")
        self.assertStatus(self.flags("verify"), 0)

    def test_of_two_directories_is_a_usage_error(self):
        self.assertStatus(self.verify("elsewhere"), 2)

    def test_changes_nothing(self):
        before = {path.name: path.stat().st_mtime_ns
                  for path in self.out.iterdir()}
        os.chmod(self.out, 0o500)
        self.assertStatus(self.verify(), 0)
        os.chmod(self.out, 0o700)
        self.assertEqual({path.name: path.stat().st_mtime_ns
                          for path in self.out.iterdir()}, before)


harness.main()

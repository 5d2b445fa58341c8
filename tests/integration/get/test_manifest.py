"""The manifest: a line for every file, whatever happens to the run."""

import hashlib
import json
import signal

import harness
from harness import (MOST_POPULOUS, Case, corpus_file, files_in, per_strategy,
                     until)

NAME = ".flags-manifest.jsonl"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def entries_of(directory):
    """Name -> its last line, of those that are whole."""
    entries = {}
    path = directory / NAME
    text = path.read_text() if path.exists() else ""
    for line in text[:text.rfind("\n") + 1].splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        entries[entry["file"]] = entry
    return entries


class ManifestCase(Case):
    def assertTrue_of_files(self, names):
        """It has exactly these names, and is right about each."""
        entries = entries_of(self.out)
        self.assertEqual(sorted(entries), sorted(names))
        for name, entry in entries.items():
            data = (self.out / name).read_bytes()
            self.assertEqual(entry["bytes"], len(data), name)
            self.assertEqual(entry["sha256"], sha256(data), name)
            self.assertEqual(entry["status"], 200, name)


@per_strategy
class Manifest(ManifestCase):
    def run_one(self, strategy, *args, **how):
        return self.get("-S", strategy, *args, **how)

    def test_has_a_line_for_every_file_and_for_nothing_else(self, strategy):
        server = self.serve("--fault", "status=500 @/us/*")
        run = self.run_one(strategy, "-s", server.url, "br", "de", "us", "zz")

        self.assertStatus(run, 1)
        self.assertTrue_of_files(["br.gif", "de.gif"])
        entry = entries_of(self.out)["br.gif"]
        self.assertEqual(entry["url"], f"{server.url}/br/br.gif")
        self.assertTrue(entry["etag"])
        self.assertTrue(entry["last-modified"].endswith(" GMT"))

    def test_has_the_names_that_countries_have(self, strategy):
        run = self.run_one(strategy, "-s", self.serve().url, "-c", "br", "ci")

        self.assertStatus(run, 0)
        self.assertTrue_of_files(files_in(self.out))
        self.assertEqual(len(files_in(self.out)), 2)
        self.assertEqual(
            entries_of(self.out)["Brazil-BR.gif"]["sha256"],
            sha256(corpus_file("br").read_bytes()))
        self.assertTrue(entries_of(self.out)["Brazil-BR.gif"]["etag"])

    def test_of_a_server_of_our_own_has_the_same_urls_again(self, strategy):
        self.assertStatus(self.run_one(strategy, "br"), 0)
        first = entries_of(self.out)
        self.assertStatus(self.run_one(strategy, "br"), 0)
        self.assertEqual(entries_of(self.out), first)

    def test_has_no_credentials(self, strategy):
        server = self.serve()
        base = server.url.replace("://", "://me:secret@")
        run = self.run_one(strategy, f"{base}/br/br.gif")

        self.assertStatus(run, 0)
        self.assertEqual(entries_of(self.out)["br.gif"]["url"],
                         f"{server.url}/br/br.gif")
        self.assertNotIn("secret", (self.out / NAME).read_text())

    def test_has_names_that_are_no_text(self, strategy):
        listed = self.home / "list"
        listed.write_bytes(b"%s/br/br.gif\tcaf\xe9.gif\n"
                           % self.serve().url.encode())
        run = self.run_one(strategy, "-i", listed)

        self.assertStatus(run, 0)
        line = json.loads((self.out / NAME).read_text())
        self.assertEqual(bytes.fromhex(line["file-hex"]), b"caf\xe9.gif")

    def test_is_left_alone_on_request(self, strategy):
        run = self.run_one(strategy, "-s", self.serve().url, "--no-manifest",
                           "br")

        self.assertStatus(run, 0)
        self.assertFalse((self.out / NAME).exists())

    def test_that_cannot_be_written_is_found_before_anybody_is_contacted(
            self, strategy):
        (self.out / NAME).mkdir(parents=True)
        wire = self.tripwire()
        run = self.run_one(strategy, "-s", wire.url, "br")

        self.assertStatus(run, 5)
        self.assertIn(f"cannot write to '{NAME}'", run.stderr)
        self.assertFalse(wire.contacted())

    def test_lines_do_not_wait_for_the_end(self, strategy):
        server = self.serve("--fault", "hang=headers @/us/*")
        running = self.start("get", "-S", strategy, "-o", self.out, "-s",
                             server.url, "-t", "100", "br", "us")
        until(lambda: "br.gif" in entries_of(self.out))
        self.assertIsNone(running.process.poll())
        running.signal(signal.SIGKILL)
        running.finish()
        self.assertTrue_of_files(["br.gif"])

    def test_of_a_killed_run_is_true_of_what_it_names(self, strategy):
        server = self.serve("--delay", "uniform:.01:.05")
        arguments = ("get", "-S", strategy, "-o", self.out, "-s", server.url,
                     *([] if strategy == "sequential" else ["-m", "3"]))
        for _ in range(3):
            running = self.start(*arguments, "-a")
            until(lambda: len(files_in(self.out)) > 5)
            running.signal(signal.SIGKILL)
            running.finish()
            entries = entries_of(self.out)
            files = files_in(self.out)
            for name, entry in entries.items():
                self.assertEqual(entry["sha256"], sha256(files[name]))
            for name in files:
                (self.out / name).unlink()
            (self.out / NAME).unlink(missing_ok=True)
        self.assertStatus(self.flags(*arguments), 0)
        self.assertTrue_of_files(f"{code}.gif" for code in MOST_POPULOUS)

    def test_goes_on_behind_a_torn_line(self, strategy):
        server = self.serve()
        self.assertStatus(
            self.run_one(strategy, "-s", server.url, "br"), 0)
        with (self.out / NAME).open("a") as out:
            out.write('{"file":"us.gif","url":"http')
        self.assertStatus(
            self.run_one(strategy, "-s", server.url, "de"), 0)
        self.assertTrue_of_files(["br.gif", "de.gif"])

    def test_of_two_runs_at_once_loses_nothing(self, strategy):
        server = self.serve("--delay", "uniform:.001:.02")
        lists = []
        for run in range(2):
            lists.append(self.home / f"list{run}")
            lists[run].write_text("".join(
                f"{server.url}/{code}/{code}.gif\tr{run}-{i}-{code}.gif\n"
                for i in range(10) for code in MOST_POPULOUS)
                + f"{server.url}/br/br.gif\tshared.gif\n")
        runs = [self.start("get", "-S", strategy, "-o", self.out, "-i", path)
                for path in lists]
        for running in runs:
            self.assertStatus(running.finish(120), 0)
        names = files_in(self.out)
        self.assertEqual(len(names), 2 * 10 * len(MOST_POPULOUS) + 1)
        self.assertTrue_of_files(names)


harness.main()

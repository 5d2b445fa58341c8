"""A run after another: what is there is skipped, or asked for if it changed."""

import json
import shutil
import signal
import urllib.request

import harness
from harness import (MOST_POPULOUS, Case, corpus_file, counted, files_in,
                     per_strategy, until)

NAME = ".flags-manifest.jsonl"
GIF = corpus_file("br").read_bytes()
OTHER = corpus_file("us").read_bytes()


def not_modified(connection):
    """Says so to everybody."""
    while connection.read_request():
        connection.send(b"HTTP/1.1 304 Not Modified\r\n\r\n")


def plain(connection):
    """Has no validators, and takes none."""
    while request := connection.read_request():
        fields = {name.lower() for name in request.headers}
        connection.answer(500 if fields & {"if-none-match",
                                           "if-modified-since"} else 200, GIF)


@per_strategy
class Again(Case):
    def setUp(self):
        super().setUp()
        self.root = self.home / "root"
        for code in ("br", "de", "us"):
            shutil.copytree(harness.CORPUS / code, self.root / code)

    def serve_root(self):
        return self.serve("--root", self.root)

    def requests(self, server):
        with urllib.request.urlopen(
                f"http://127.0.0.1:{server.port}/__flags/stats") as answer:
            return json.load(answer)["requests"]

    def again(self, strategy, server, *args, counts, status=0):
        """Run, and return how many requests that took."""
        before = self.requests(server)
        run = self.get("-S", strategy, "-s", server.url, *args)
        self.assertStatus(run, status)
        counts.setdefault("ok", 0)
        self.assertEqual(counted(run), counts, str(run))
        return self.requests(server) - before

    def test_skips_what_is_complete(self, strategy):
        server = self.serve_root()
        self.again(strategy, server, "br", "de", counts={"ok": 2})
        report = self.home / "report"

        asked = self.again(strategy, server, "--skip-existing", "br", "de",
                           "us", f"--json={report}",
                           counts={"ok": 1, "skipped": 2})

        self.assertEqual(asked, 1)
        items = {item["item"]: item
                 for item in json.loads(report.read_text())["items"]}
        self.assertEqual(items["BR"]["status"], "skipped")
        self.assertEqual(items["BR"]["bytes"], len(GIF))
        self.assertEqual(items["BR"]["file"], "br.gif")
        self.assertEqual(len(items["BR"]["sha256"]), 64)
        self.assertEqual(items["BR"]["attempts"], 0)
        self.assertEqual(self.again(strategy, server, "--skip-existing", "br",
                                    "de", "us", counts={"skipped": 3}), 0)

    def test_fetches_what_is_gone_or_has_another_size(self, strategy):
        server = self.serve_root()
        self.again(strategy, server, "br", "de", "us", counts={"ok": 3})
        (self.out / "br.gif").unlink()
        (self.out / "de.gif").write_bytes(b"x")

        asked = self.again(strategy, server, "--skip-existing", "br", "de",
                           "us", counts={"ok": 2, "skipped": 1})

        self.assertEqual(asked, 2)
        self.assertCorpus(self.out, ["br", "de", "us"])

    def test_goes_by_the_manifest_and_not_by_what_is_there(self, strategy):
        server = self.serve_root()
        self.again(strategy, server, "--no-manifest", "br", counts={"ok": 1})
        self.assertEqual(self.again(strategy, server, "--skip-existing", "br",
                                    counts={"ok": 1}), 1)
        # Of another URL it says nothing.
        other = self.serve_root()
        self.assertEqual(self.again(strategy, other, "--skip-existing", "br",
                                    counts={"ok": 1}), 1)
        self.assertEqual(self.again(strategy, other, "--skip-existing", "br",
                                    counts={"skipped": 1}), 0)

    def test_finds_the_names_of_countries(self, strategy):
        server = self.serve_root()
        self.again(strategy, server, "-c", "br", "de", counts={"ok": 2})
        (self.out / "Germany-DE.gif").unlink()
        for option, word, asked in (("--skip-existing", "skipped", 2),
                                    ("--sync", "unchanged", 2)):
            self.assertEqual(
                self.again(strategy, server, "-c", option, "br", "de",
                           counts={"ok": 1, word: 1} if word == "skipped"
                           else {word: 2}), asked)
        self.assertEqual(sorted(files_in(self.out)),
                         ["Brazil-BR.gif", "Germany-DE.gif"])

    def test_asks_whether_it_has_changed(self, strategy):
        server = self.serve_root()
        self.again(strategy, server, "br", "de", "us", counts={"ok": 3})
        (self.root / "de" / "de.gif").write_bytes(OTHER)
        inode = (self.out / "br.gif").stat().st_ino
        report = self.home / "report"

        asked = self.again(strategy, server, "--sync", "br", "de", "us",
                           f"--json={report}",
                           counts={"ok": 1, "unchanged": 2})

        self.assertEqual(asked, 3)
        self.assertEqual((self.out / "br.gif").stat().st_ino, inode)
        self.assertEqual((self.out / "de.gif").read_bytes(), OTHER)
        items = {item["item"]: item
                 for item in json.loads(report.read_text())["items"]}
        self.assertEqual(items["BR"]["status"], "unchanged")
        self.assertEqual(items["BR"]["requests"][0]["http_status"], 304)
        self.assertEqual(len(items["BR"]["sha256"]), 64)
        # And what came last is known by then.
        self.again(strategy, server, "--sync", "br", "de", "us",
                   counts={"unchanged": 3})

    def test_asks_without_conditions_for_what_is_not_as_it_was(self, strategy):
        server = self.serve_root()
        self.again(strategy, server, "br", counts={"ok": 1})
        (self.out / "br.gif").write_bytes(b"x")
        self.again(strategy, server, "--sync", "br", counts={"ok": 1})
        self.assertCorpus(self.out, ["br"])

    def test_has_no_conditions_without_validators(self, strategy):
        server = self.raw_server(plain)
        for _ in range(2):
            run = self.get("-S", strategy, "-s", server.url, "--sync", "br")
            self.assertStatus(run, 0)
            self.assertEqual(counted(run), {"ok": 1})

    def test_takes_no_304_that_was_not_asked_for(self, strategy):
        server = self.raw_server(not_modified)
        run = self.get("-S", strategy, "-s", server.url, "--sync", "br")
        self.assertStatus(run, 3)
        self.assertIn("br: HTTP 304", run.stderr)

    def test_fetches_everything_by_force(self, strategy):
        server = self.serve_root()
        self.again(strategy, server, "br", counts={"ok": 1})
        self.assertEqual(self.again(strategy, server, "--sync",
                                    "--skip-existing", "--force", "br",
                                    counts={"ok": 1}), 1)

    def test_loses_nothing_to_a_run_that_was_killed(self, strategy):
        server = self.serve("--delay", "uniform:.005:.03")
        running = self.start("get", "-S", strategy, "-o", self.out, "-s",
                             server.url, "-m",
                             "1" if strategy == "sequential" else "3")
        until(lambda: len(files_in(self.out)) > 5)
        running.signal(signal.SIGKILL)
        running.finish()

        run = self.get("-S", strategy, "-s", server.url, "--skip-existing")

        self.assertStatus(run, 0)
        self.assertEqual(sum(counted(run).values()), len(MOST_POPULOUS))
        self.assertCorpus(self.out)
        run = self.get("-S", strategy, "-s", server.url, "--skip-existing")
        self.assertEqual(counted(run), {"ok": 0,
                                        "skipped": len(MOST_POPULOUS)})

    def test_skips_a_long_list_while_others_run(self, strategy):
        server = self.serve_root()
        path = self.home / "list"
        path.write_text("".join(f"{server.url}/br/br.gif\t{i}.gif\n"
                                for i in range(500)))
        self.assertStatus(self.get("-S", strategy, "-i", path), 0)
        with path.open("a") as out:
            out.write(f"{server.url}/us/us.gif\tlast.gif\n")

        run = self.get("-S", strategy, "-i", path, "--skip-existing")

        self.assertStatus(run, 0)
        self.assertIn("\n500 skipped.\n", run.stdout)
        self.assertIn("\n1 file downloaded.\n", run.stdout)
        self.assertEqual(len(files_in(self.out)), 501)


class Usage(Case):
    def test_skipping_and_asking_exclude_each_other(self):
        wire = self.tripwire()
        run = self.get("-s", wire.url, "--skip-existing", "--sync", "br")
        self.assertStatus(run, 2)
        self.assertIn("--sync", run.stderr)
        self.assertFalse(wire.contacted())


harness.main()

"""Bodies: how long they may be, whether they are looked at, and their sums."""

import contextlib
import hashlib
import json

import harness
from harness import Case, corpus_file, files_in, per_strategy

GIF = corpus_file("br").read_bytes()


def lengthless(connection):
    """A flag, in a chunk, and then as many bytes as there are readers for."""
    if not connection.read_request():
        return
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                    b"%x\r\n%b\r\n" % (len(GIF), GIF))
    chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
    with contextlib.suppress(OSError):
        for _ in range(4096):
            connection.send(chunk)


def page(connection):
    while request := connection.read_request():
        connection.answer(200, b"" if "/us/" in request.path
                          else b"<!DOCTYPE html><title>Log in</title>")


@per_strategy
class Bodies(Case):
    def test_within_the_greatest_size_are_saved(self, strategy):
        run = self.get("-S", strategy, "-s", self.serve().url,
                       "--max-filesize", str(len(GIF)), "BR")

        self.assertStatus(run, 0)
        self.assertEqual(files_in(self.out), {"br.gif": GIF})

    def test_beyond_the_greatest_size_are_errors(self, strategy):
        run = self.get("-S", strategy, "-s", self.serve().url,
                       "--max-filesize", str(len(GIF) - 1), "BR")

        self.assertStatus(run, 3)
        self.assertIn(f"br: longer than {len(GIF) - 1} bytes", run.stderr)
        self.assertEqual(files_in(self.out), {})

    def test_without_a_length_are_not_read_beyond_it(self, strategy):
        server = self.raw_server(lengthless)
        run = self.get("-S", strategy, "-s", server.url, "--max-filesize",
                       "100k", "BR")

        self.assertStatus(run, 3)
        self.assertIn("br: longer than 102400 bytes", run.stderr)
        self.assertEqual(files_in(self.out), {})

    def test_are_not_looked_at_where_that_is_switched_off(self, strategy):
        server = self.raw_server(page)
        run = self.get("-S", strategy, "-s", server.url, "BR", "US")
        self.assertStatus(run, 3)
        self.assertIn("not a GIF image, but an HTML page", run.stderr)
        self.assertIn("the body is empty", run.stderr)

        run = self.get("-S", strategy, "-s", server.url,
                       "--verify-content=off", "BR", "US")
        self.assertStatus(run, 0)
        self.assertEqual(files_in(self.out), {
            "br.gif": b"<!DOCTYPE html><title>Log in</title>", "us.gif": b""})

    def test_have_their_sums_and_types_in_the_report(self, strategy):
        report = self.home / "report"
        for more in ((), ("-c",)):
            run = self.get("-S", strategy, "-s", self.serve().url, "-o",
                           self.out, f"--json={report}", *more, "BR", "ZZ")
            self.assertStatus(run, 4)
            found, missing = json.loads(report.read_text())["items"]
            if found["item"] != "BR":
                found, missing = missing, found
            self.assertEqual(found["sha256"], hashlib.sha256(GIF).hexdigest())
            self.assertEqual(found["content_type"], "image/gif")
            self.assertEqual(
                (self.out / found["file"]).read_bytes(), GIF)
            self.assertNotIn("sha256", missing)


harness.main()

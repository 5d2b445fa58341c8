"""flags serve as an HTTP server: the files of its root, and their page."""

import os
import shutil

import harness
import wire
from harness import corpus_file

BR = "/flags/br/br.gif"


class IndexPage(harness.Case):
    """The page at "/" of other roots."""

    def setUp(self):
        super().setUp()
        self.root = self.home / "root"
        (self.root / "br").mkdir(parents=True)
        for name in ("br.gif", "metadata.json"):
            shutil.copy(corpus_file("br", name), self.root / "br")

    def page(self, *args):
        server = self.serve("-q", "--root", self.root, *args)
        heard = wire.ask(server.port, "/")
        self.assertEqual(heard.status, 200)
        self.assertEqual(heard.headers["content-type"],
                         "text/html; charset=utf-8")
        return heard.body.decode()

    def assertMade(self, page):
        self.assertIn("<!DOCTYPE html>", page)
        self.assertIn('<img src="/flags/br/br.gif"', page)
        self.assertIn("Brazil", page)
        self.assertIn("Weather: DELAY, seed 7", page)
        self.assertNotIn("<script", page)

    def test_a_root_without_one_gets_a_page_of_what_is_there(self):
        self.assertMade(self.page("--profile", "DELAY", "--seed", "7"))

    def test_an_index_that_is_no_file_is_none(self):
        (self.root / "index.html").mkdir()

        self.assertMade(self.page("--profile", "DELAY", "--seed", "7"))

    def test_a_page_without_places_to_fill_in_is_served_as_it_is(self):
        for text in ("", "<h1>Mine</h1>\n", "<HEAD><!--weather-->\0<hea"):
            (self.root / "index.html").write_text(text)

            self.assertEqual(self.page(), text)

    def test_a_place_for_the_weather_needs_no_head(self):
        (self.root / "index.html").write_text("a<!-- weather -->b")

        self.assertRegex(self.page("--error-rate", ".25"),
                         r"(?s)\Aa<p>Weather: LOCAL, seed 1, 25.*</p>\nb\Z")

    def test_a_change_of_the_page_is_seen_by_the_next_request(self):
        server = self.serve("-q", "--root", self.root)
        for text in ("one", "another"):
            (self.root / "index.html").write_text(text)
            self.assertEqual(wire.ask(server.port, "/").body, text.encode())


class Root(harness.Case):
    def setUp(self):
        super().setUp()
        self.root = self.home / "root"
        (self.root / "br").mkdir(parents=True)
        (self.root / "br" / "br.gif").write_bytes(b"GIF89a inside")
        self.secret = self.home / "secret.txt"
        self.secret.write_bytes(b"outside")
        (self.root / "link.gif").symlink_to(self.secret)
        (self.root / "up").symlink_to(self.home)
        (self.root / "absolute").symlink_to("/etc")
        os.mkfifo(self.root / "fifo")
        self.server = self.serve("-q", "--root", self.root)
        self.port = self.server.port

    def test_no_path_leaves_the_root(self):
        for path in ("/flags/../secret.txt", "/flags/br/../../secret.txt",
                     "/flags/%2e%2e/secret.txt", "/flags/..%2fsecret.txt",
                     "/flags/%2e%2e%2fsecret.txt", "/../secret.txt",
                     "/flags/%252e%252e/secret.txt",
                     "/flags/..%252fsecret.txt",
                     "/flags/....//secret.txt", "/flags/..\\secret.txt",
                     "/flags/%c0%ae%c0%ae/secret.txt",
                     "/flags/./br/br.gif", f"/flags/{self.secret}",
                     "/flags//etc/passwd", "/flags/link.gif",
                     "/flags/up/secret.txt", "/flags/absolute/passwd",
                     "/flags/fifo", "/flags/br/br.gif%2f..%2fbr.gif"):
            heard = wire.ask(self.port, path)
            self.assertEqual(heard.status, 404, path)
            self.assertNotIn(b"outside", heard.raw)
        for path in ("/flags/secret.txt%00.gif", "/flags/br/br.gif%00"):
            self.assertEqual(wire.ask(self.port, path).status, 400, path)

    def test_a_kept_file_does_not_hide_a_change(self):
        path = "/flags/br/br.gif"
        self.assertEqual(wire.ask(self.port, path).body, b"GIF89a inside")
        (self.root / "br" / "br.gif").write_bytes(b"GIF89a another one")
        self.assertEqual(wire.ask(self.port, path).body, b"GIF89a another one")
        (self.root / "br" / "br.gif").unlink()
        self.assertEqual(wire.ask(self.port, path).status, 404)
        (self.root / "br" / "br.gif").symlink_to(self.secret)
        self.assertEqual(wire.ask(self.port, path).status, 404)

    def test_a_large_file_is_streamed(self):
        body = os.urandom(5_000_000)
        (self.root / "big.bin").write_bytes(body)
        heard = wire.ask(self.port, "/flags/big.bin")
        self.assertTrue(heard.body == body)
        heard = wire.ask(self.port, "/flags/big.bin",
                         "Range: bytes=4000000-4000999")
        self.assertTrue(heard.body == body[4000000:4001000])

    def test_a_file_that_may_not_be_read_is_403(self):
        if os.geteuid() == 0:
            self.skipTest("root may read everything")
        (self.root / "br" / "br.gif").chmod(0)
        self.assertEqual(wire.ask(self.port, "/flags/br/br.gif").status, 403)


if __name__ == "__main__":
    harness.main()

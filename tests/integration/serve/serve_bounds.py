"""flags serve where clients are slow, descriptors few, files moving."""

import collections
import contextlib
import json
import os
import resource
import shutil
import socket
import time

import harness
import wire
from harness import corpus_file, until

BR = "/flags/br/br.gif"


def slow_reader(port, path, room=4096):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    sock.settimeout(harness.limit(20))
    sock.connect(("127.0.0.1", port))
    sock.sendall(wire.request(path))
    return contextlib.closing(sock)


class SlowReaders(harness.Case):
    def setUp(self):
        super().setUp()
        self.root = self.home / "root"
        self.root.mkdir()

    def test_a_client_that_goes_on_taking_is_not_given_up(self):
        with open(self.root / "big", "wb") as big:
            big.truncate(1 << 30)
        server = self.serve("-q", "--root", self.root, "--idle-timeout", "1s")
        begin = time.monotonic()
        with slow_reader(server.port, "/flags/big", 16384) as sock:
            while time.monotonic() - begin < 4:
                self.assertTrue(sock.recv(20000))
                time.sleep(0.02)

    def test_a_reset_waits_for_a_client_that_goes_on_taking(self):
        (self.root / "s.bin").write_bytes(bytes(250000))
        server = self.serve("-q", "--root", self.root, "--fault",
                            "reset=body:90%")
        for _ in range(2):
            taken = 0
            with slow_reader(server.port, "/flags/s.bin") as sock:
                with self.assertRaises(ConnectionResetError):
                    while True:
                        piece = sock.recv(5000)
                        self.assertTrue(piece)
                        taken += len(piece)
                        time.sleep(0.03)
            self.assertGreater(taken, 225000)
            self.assertLess(taken, 225000 + 400)


class Descriptors(harness.Case):
    def test_beyond_the_limit_clients_wait_and_it_is_said_once(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE,
                        (hard, hard))
        limited = self.command("serve", "-p", "0", "-q")
        running = harness.Running(
            ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh", *limited],
            cwd=self.home, env=self.environment(),
            stdout=-1, stderr=-1)
        self.addCleanup(running.kill)
        port = int(running.wait_for(r"listening on http://[^:]*:(\d+)")[1])
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        socks = [socket.create_connection(("127.0.0.1", port))
                 for _ in range(80)]
        # A quick server would answer the first ones before it met the last:
        # nobody asks until it has said that it is full.
        running.wait_for("descriptors", "stderr")
        seen = collections.Counter()
        for sock in socks:
            sock.sendall(wire.request(BR, close=True))
        for sock in socks:
            # Who waits is served when another one has gone.
            seen[wire.listen(sock).status] += 1
            sock.close()
        self.assertEqual(seen, {200: 80})
        running.signal(15)
        ended = running.finish()
        self.assertEqual(ended.stderr.count("descriptors"), 1, ended.stderr)


class Roots(harness.Case):
    def setUp(self):
        super().setUp()
        self.root = self.home / "root"
        (self.root / "d" / "e").mkdir(parents=True)
        (self.root / "d" / "e" / "f.txt").write_text("inside")
        (self.root / ".hidden").write_text("hidden")
        (self.home / "out.txt").write_text("outside")

    def body(self, server, path):
        heard = wire.ask(server.port, path)
        return heard.body if heard.status == 200 else heard.status

    def test_links_are_followed_as_far_as_they_stay_inside(self):
        for name, target in (("file", "d/e/f.txt"), ("directory", "d/e"),
                             ("d/up", "../d/e/f.txt"), ("twice", "file"),
                             ("absolute", self.root / "d" / "e" / "f.txt"),
                             ("out", "../out.txt"), ("d/far", "../../out.txt"),
                             ("passwd", "/etc/passwd"), ("loop", "loop"),
                             ("beside", f"{self.root}x/out.txt"),
                             ("gone", "nowhere")):
            (self.root / name).symlink_to(target)
        (self.home / "rootx").mkdir()
        (self.home / "rootx" / "out.txt").write_text("outside")
        server = self.serve("-q", "--root", self.root)
        for path in ("file", "directory/f.txt", "d/up", "twice", "absolute"):
            for _ in range(2):
                self.assertEqual(self.body(server, f"/flags/{path}"),
                                 b"inside", path)
        for path in ("out", "d/far", "passwd", "loop", "beside", "gone",
                     "directory"):
            self.assertEqual(self.body(server, f"/flags/{path}"), 404, path)

    def test_a_root_that_was_replaced_is_seen(self):
        server = self.serve("-q", "--root", self.root)
        self.assertEqual(self.body(server, "/flags/d/e/f.txt"), b"inside")
        self.root.rename(self.home / "old")
        self.root.mkdir()
        self.assertEqual(self.body(server, "/flags/d/e/f.txt"), 404)
        (self.root / "d").mkdir()
        (self.root / "d" / "new.txt").write_text("new")
        self.assertEqual(self.body(server, "/flags/d/new.txt"), b"new")

    def test_names_with_a_dot_are_for_who_asks_for_them(self):
        (self.root / ".git").mkdir()
        (self.root / ".git" / "config").write_text("secret")
        (self.root / "shown").symlink_to(".git/config")
        server = self.serve("-q", "--root", self.root)
        for path in (".hidden", ".git/config", "shown"):
            self.assertEqual(self.body(server, f"/flags/{path}"), 404)
        server = self.serve("-q", "--root", self.root, "--dotfiles")
        self.assertEqual(self.body(server, "/flags/.hidden"), b"hidden")
        self.assertEqual(self.body(server, "/flags/.git/config"), b"secret")
        self.assertEqual(self.body(server, "/flags/../out.txt"), 404)

    def test_a_file_that_is_cut_while_it_is_served_shows_in_the_log(self):
        log = self.home / "log"
        with open(self.root / "big", "wb") as big:
            big.truncate(64 << 20)
        server = self.serve("--root", self.root, "--log", log, "--log-format",
                            "json", "--fault", "bandwidth=4M")
        with contextlib.closing(wire.connect(server.port)) as sock:
            sock.sendall(wire.request("/flags/big"))
            sock.recv(1000)
            os.truncate(self.root / "big", 100000)
            self.assertEqual(wire.listen(sock).ended, "end")
        line = json.loads(until(lambda: log.read_text().splitlines()[1:])[0])
        self.assertEqual(line["end"], "the file could not be read to its end")
        self.assertFalse(line["client_closed"])


class Statuses(harness.Case):
    """What the definition of a status demands."""

    def heard(self, status, *headers):
        port = self.serve("-q", "--fault", f"status={status}").port
        return wire.ask(port, BR, *headers)

    def test_challenges_and_content(self):
        self.assertIn("realm=", self.heard(401).headers["www-authenticate"])
        self.assertIn("realm=", self.heard(407).headers["proxy-authenticate"])
        self.assertIn("allow", self.heard(405).headers)
        self.assertIn("upgrade", self.heard(426).headers)
        for status in (204, 205, 304):
            self.assertEqual(self.heard(status).body, b"")
        self.assertEqual(self.heard(205).headers["content-length"], "0")
        self.assertNotIn("content-length", self.heard(204).headers)

    def test_if_none_match_may_stand_on_two_lines(self):
        port = self.serve("-q").port
        etag = wire.ask(port, BR).headers["etag"]
        for lines in (['If-None-Match: "x"', f"If-None-Match: {etag}"],
                      [f"If-None-Match: {etag}", 'If-None-Match: "x"']):
            self.assertEqual(wire.ask(port, BR, *lines).status, 304)
        lines = ['If-Match: "x"', f"If-Match: {etag}"]
        self.assertEqual(wire.ask(port, BR, *lines).status, 200)

    def test_a_redirect_keeps_the_query_and_the_whole_url(self):
        url = "http://h/" + "z" * 3000 + ",y"
        port = self.serve("-q", "--fault", f'redirect="{url}" @/br/*',
                          "--fault", "redirect @/us/*").port
        self.assertEqual(wire.ask(port, BR).headers["location"], url)
        location = wire.ask(port, "/flags/us/us.gif?x=1").headers["location"]
        self.assertEqual(location, "/flags/us/us.gif?x=1&direct")
        self.assertEqual(wire.ask(port, location).status, 200)


class Control(harness.Case):
    def test_pages_of_other_origins_are_refused(self):
        port = self.serve("-q").port
        for lines in (["Origin: http://evil.example"],
                      ["Sec-Fetch-Site: cross-site"]):
            for path, method in (("/__flags/reset", "POST"),
                                 ("/__flags/stats", "GET")):
                self.assertEqual(
                    wire.ask(port, path, *lines, method=method).status, 403)
        raw = (b"GET /__flags/stats HTTP/1.1\r\nHost: evil.example\r\n"
               b"Connection: close\r\n\r\n")
        self.assertEqual(wire.exchange(port, raw).status, 403)
        named = self.serve("-q", "--remote-control").port
        self.assertEqual(wire.exchange(named, raw).status, 200)
        self.assertEqual(wire.ask(port, "/__flags/stats",
                                  f"Origin: http://127.0.0.1").status, 200)

    def test_a_method_that_is_refused_is_told_which_is_not(self):
        port = self.serve("-q").port
        heard = wire.ask(port, "/__flags/reset")
        self.assertEqual((heard.status, heard.headers["allow"]),
                         (405, "POST"))
        heard = wire.ask(port, "/__flags/stats", method="DELETE")
        self.assertEqual((heard.status, heard.headers["allow"]),
                         (405, "GET, HEAD"))


if __name__ == "__main__":
    harness.main()

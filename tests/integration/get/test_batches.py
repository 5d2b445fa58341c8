"""A batch from servers of others, and from one that truncates, resets, trickles
and lies: statuses, files and exit status are right in every strategy.

FLAGS_BATCH     how many items (default: 300)
"""

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time

import harness
from harness import Case, Running, per_strategy

COUNT = int(os.environ.get("FLAGS_BATCH", "300"))
PATIENCE = 120 + COUNT / 20


def body_of(name):
    """Bytes that only this file has."""
    return hashlib.sha256(name.encode()).digest() * (
        1 + random.Random(name).randrange(150))


# What becomes of an item, by what the server does with it: `ok` of which it
# has the bytes. 
KINDS = {
    "good": "ok", "fine": "ok", "well": "ok", "trickle": "ok", "once": "ok",
    "truncate": "error", "reset": "error", "empty": "error", "lie": "error",
    "page": "error", "missing": "not_found", "chunks": "error",
}


class Liar:
    """What the raw server does, by the path's first word."""

    def __init__(self):
        self.seen = set()
        self.lock = threading.Lock()

    def is_first(self, path):
        with self.lock:
            first = path not in self.seen
            self.seen.add(path)
        return first

    def __call__(self, connection):
        while request := connection.read_request():
            name = request.path.split("/")[-1]
            kind = name.split("-")[0]
            if not getattr(self, kind, self.good)(connection, name):
                return

    def good(self, connection, name):
        connection.answer(200, body_of(name))
        return True

    def trickle(self, connection, name):
        body = body_of(name)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
                        % len(body))
        for at in range(0, len(body), 700):
            connection.send(body[at:at + 700])
            time.sleep(.0005)
        return True

    def once(self, connection, name):
        if not self.is_first(name):
            return self.good(connection, name)
        connection.answer(503, b"later")
        return True

    def truncate(self, connection, name):
        body = body_of(name)
        connection.answer(200, body[:len(body) // 2], length=len(body))

    def reset(self, connection, name):
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\nx")
        connection.reset()

    def empty(self, connection, name):
        connection.answer(200)
        return True

    def lie(self, connection, name):  # two lengths
        connection.answer(200, body_of(name), Content_length=5)

    def page(self, connection, name):
        connection.answer(200, b"<!DOCTYPE html><title>Log in</title>",
                          Content_Type="image/png")
        return True

    def missing(self, connection, name):
        connection.answer(404, b"<html>no</html>")
        return True

    def chunks(self, connection, name):  # the last one is missing
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                        b"\r\n4\r\nfour\r\n")


@per_strategy
class Batches(Case):
    def run_batch(self, strategy, base, names, lacking, title):
        """All of them; those for which `lacking` has a status end so."""
        listed = self.home / "list"
        listed.write_text("".join(f"{base}/{name}\n" for name in names))
        began = time.monotonic()
        run = self.get("-S", strategy, "-m", "1" if strategy == "sequential"
                       else "32", "-q", "--retry", "1", "--retry-delay", "0",
                       "--connect-timeout", "60", "-t", "120",
                       "--json", "-i", listed, seconds=PATIENCE)
        took = time.monotonic() - began
        report = json.loads(run.stdout)
        items = {item["url"].rsplit("/", 1)[1]: item
                 for item in report["items"]}

        self.assertEqual(sorted(items), sorted(names))
        for name, item in items.items():
            self.assertEqual(item["status"], lacking.get(name, "ok"), item)
        good = [name for name in names if name not in lacking]
        self.assertEqual(sorted(path.name for path in self.out.iterdir()
                                if not path.name.startswith(".flags-")),
                         sorted(good))
        for name in good:
            self.assertTrue((self.out / name).read_bytes() == body_of(name),
                            f"{name} has other bytes")
        self.assertEqual([path.name for path in self.out.iterdir()
                          if path.name.startswith(".flags-")],
                         [".flags-manifest.jsonl"])
        self.assertStatus(run, 1 if "error" in lacking.values() else
                          4 if lacking else 0)
        print(f"# {title}, {strategy}: {len(names)} items in {took:.1f} s, "
              f"{len(lacking)} of them not there or broken")

    def of_files(self, strategy, start):
        """Files, of which one in fifty is missing."""
        root = self.home / "root"
        root.mkdir()
        names = [f"file-{n}.bin" for n in range(COUNT)]
        lacking = {name: "not_found" for name in names[::50]}
        for name in names:
            if name not in lacking:
                (root / name).write_bytes(body_of(name))
        base, title = start(root)
        self.run_batch(strategy, base, names, lacking, title)

    def test_from_nginx(self, strategy):
        def start(root):
            server = self.nginx(root)
            return server.url, "nginx"

        self.of_files(strategy, start)

    def test_from_pythons_own_server(self, strategy):
        def start(root):
            running = Running(
                [sys.executable, "-m", "http.server", "--bind", "127.0.0.1",
                 "-d", root, "0"], cwd=self.home, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"})
            self.addCleanup(running.kill)
            running.wait_for(r"port \d+")
            port = re.search(r"port (\d+)", running.text("stdout")).group(1)
            base = f"http://127.0.0.1:{port}"
            return base, "http.server"

        self.of_files(strategy, start)

    def test_from_caddy(self, strategy):
        if not shutil.which("caddy"):
            self.skipTest("caddy is not installed")

        def start(root):
            socket_path = self.home / "caddy"
            (self.home / "Caddyfile").write_text(
                f"{{\n admin off\n auto_https off\n}}\n"
                f"http:// {{\n bind unix/{socket_path}\n root * {root}\n"
                " file_server\n}\n")
            running = Running(
                ["caddy", "run", "--config", self.home / "Caddyfile",
                 "--adapter", "caddyfile"], cwd=self.home,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                env={"PATH": os.environ["PATH"], "HOME": str(self.home)})
            self.addCleanup(running.kill)
            harness.until(socket_path.exists, 60, "caddy's socket")
            self.socket = socket_path
            return "http://caddy.test", "caddy"

        get = self.get
        self.get = lambda *args, **how: get(
            *args, "--unix-socket", self.socket, **how)
        self.of_files(strategy, start)

    def test_from_a_server_that_lies(self, strategy):
        server = self.raw_server(Liar())
        kinds = sorted(KINDS)
        names = [f"{kinds[n % len(kinds)]}-{n}.bin" for n in range(COUNT)]
        names = [name.replace(".bin", ".png") if name.startswith("page")
                 else name for name in names]
        lacking = {name: KINDS[name.split("-")[0]] for name in names
                   if KINDS[name.split("-")[0]] != "ok"}
        self.run_batch(strategy, f"http://127.0.0.1:{server.port}", names,
                       lacking, "a server that lies")


if __name__ == "__main__":
    harness.main()

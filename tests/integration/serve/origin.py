"""A server of whatever can be behind --upstream, and one of ours before it."""

import contextlib
import hashlib
import http.server
import json
import random
import threading

import wire
from harness import Case, limit

BIG = random.Random(3).randbytes(8_000_000)


class Origin(http.server.BaseHTTPRequestHandler):
    """Tells what it saw, and has bodies of each kind."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            whole = b""
            while size := int(self.rfile.readline(), 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return whole
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def echo(self):
        body = self.body()
        answer = json.dumps({
            "method": self.command, "target": self.path,
            "fields": [[name.lower(), value]
                       for name, value in self.headers.items()],
            "length": len(body), "sha256": hashlib.sha256(body).hexdigest(),
        }).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("X-Origin", "yes")
        self.send_header("Connection", "x-hop")
        self.send_header("X-Hop", "no further")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_BREW = echo

    def do_GET(self):
        name = "do_path_" + self.path.strip("/").split("?")[0]
        getattr(self, name, self.echo)()

    do_HEAD = do_GET

    def do_path_big(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(BIG)))
        self.send_header("ETag", '"big"')
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(BIG)
        self.server.sent.set()

    def do_path_chunks(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in (b"one", b"two", b"three"):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
            if self.server.gate:
                self.server.gate.wait(limit(10))
        self.wfile.write(b"0\r\n\r\n")

    def do_path_short(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x" * 400)
        self.close_connection = True

    def do_path_moved(self):
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_path_nothing(self):
        self.send_response(204)
        self.end_headers()

    def do_path_silent(self):
        self.server.gate = self.server.gate or threading.Event()
        self.server.gate.wait(limit(10))
        self.close_connection = True


class UpstreamCase(Case):
    def setUp(self):
        super().setUp()
        self.origin = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), Origin)
        self.origin.daemon_threads = True
        self.origin.gate = None
        self.origin.sent = threading.Event()
        threading.Thread(target=self.origin.serve_forever,
                         daemon=True).start()
        self.addCleanup(self.origin.server_close)
        self.addCleanup(self.origin.shutdown)
        self.base = f"http://127.0.0.1:{self.origin.server_port}"

    def front(self, *args, base=None, **how):
        return self.serve("-q", "--upstream", base or self.base, *args, **how)

    def echo(self, server, path="/x", *headers, body=b"", **how):
        data = wire.request(path, *headers, close=True, **how) + body
        return json.loads(wire.exchange(server.port, data).body)

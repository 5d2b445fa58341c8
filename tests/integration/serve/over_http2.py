"""Connections to a server that speaks HTTP/2, and what rules make of answers."""

import subprocess

from harness import Case, corpus_file, limit
from http2 import Peer

GIF = corpus_file("br").read_bytes()
PATH = "/flags/br/br.gif"


class Http2Case(Case):
    def serve_http2(self, *args, **how):
        return self.serve("--http2", *args, **how)

    def connect(self, server, *settings):
        peer = Peer.connect(server.port)
        self.addCleanup(peer.close)
        return peer.start(*settings)

    def get(self, server, path=PATH, *more):
        """An answer on a connection of its own."""
        peer = self.connect(server)
        return peer.answer(peer.get(path, *more))

    def faulty(self, rule, path=PATH, *args):
        """What a rule makes of an answer. The connection lives on: another
        path is answered on it."""
        server = self.serve_http2("--fault", f"{rule} @{path}", *args)
        peer = self.connect(server)
        answer = peer.answer(peer.get(path))
        other = peer.answer(peer.get("/flags/us/us.gif"))
        self.assertEqual(other.body, corpus_file("us").read_bytes())
        return answer

    def curl(self, url, *args):
        done = subprocess.run(
            ["curl", "-sS", "-o", "got", "-w", "%{http_code} %{http_version}",
             "--noproxy", "*", "-m", str(limit(20)), *args, url],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment(), cwd=self.home)
        return done.returncode, done.stdout

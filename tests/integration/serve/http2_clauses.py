"""What the clauses of RFC 9113 are tried with: a connection, and how it ends."""

import hashlib
import json

import http2
from harness import Case, corpus_file
from http2 import END_HEADERS, END_STREAM, Peer

GIF = corpus_file("br").read_bytes()
PATH = "/flags/br/br.gif"
WHOLE = END_STREAM | END_HEADERS


class ClauseCase(Case):
    def connect(self, *args, **how):
        self.server = self.serve("--http2", "-q", *args)
        return self.again(**how)

    def again(self, start=True, pairs=()):
        peer = Peer.connect(self.server.port)
        self.addCleanup(peer.close)
        return peer.start(*pairs) if start else peer

    def works(self, peer):
        """The connection lives: a request on it is answered."""
        self.assertEqual(peer.answer(peer.get(PATH)).body, GIF)

    def breaks(self, peer, *codes):
        """An error of the connection, with one of these codes; and another
        connection is served."""
        goaway = peer.until_end()
        self.assertIsNotNone(goaway, "no GOAWAY")
        self.assertIn(goaway.code, codes)
        self.works(self.again())

    def resets(self, peer, stream, *codes):
        """An error of that stream alone."""
        answer = peer.answer(stream)
        self.assertIn(answer.reset, codes)
        self.works(peer)

    def echoes(self, peer, stream, body):
        """The request was taken, with this body."""
        answer = peer.answer(stream)
        self.assertEqual(answer.status, 200)
        told = json.loads(answer.body)
        self.assertEqual((told["length"], told["sha256"]),
                         (len(body), hashlib.sha256(body).hexdigest()))

    def head(self, *more, method="GET", without=(), path=PATH):
        fields = [(":method", method), (":scheme", "http"), (":path", path),
                  (":authority", "localhost"), *more]
        return [f for f in fields if f[0] not in without]

    def open(self, peer, *more, **how):
        """A stream whose body is still to come."""
        return peer.request(self.head(*more, **how), END_HEADERS)

    def malformed(self, fields):
        """Such a request is an error of its stream (8.1.1)."""
        peer = self.connect()
        self.resets(peer, peer.request(fields), http2.PROTOCOL_ERROR)

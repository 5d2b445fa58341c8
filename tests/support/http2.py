"""
HTTP/2 (RFC 9113) frame by frame, for tests of a server: what is sent is what
the test says, right or wrong; what arrives is told as it is.

    peer = Peer(socket)         # or Peer.connect(port), over TLS with tls=
    peer.start()                # preface and SETTINGS, both ways
    stream = peer.get("/flags/br/br.gif")
    answer = peer.answer(stream)
"""

import contextlib
import dataclasses
import socket
import ssl
import struct

import hpack
from harness import limit

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = 0, 1, 2, 3, 4
PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 5, 6, 7, 8, 9
TYPES = ("DATA HEADERS PRIORITY RST_STREAM SETTINGS PUSH_PROMISE PING GOAWAY "
         "WINDOW_UPDATE CONTINUATION").split()

ACK = END_STREAM = 0x1
END_HEADERS = 0x4
PADDED = 0x8
PRIORITISED = 0x20

HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS = 1, 2, 3
INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = 4, 5, 6

(NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR,
 SETTINGS_TIMEOUT, STREAM_CLOSED, FRAME_SIZE_ERROR, REFUSED_STREAM, CANCEL,
 COMPRESSION_ERROR, CONNECT_ERROR, ENHANCE_YOUR_CALM, INADEQUATE_SECURITY,
 HTTP_1_1_REQUIRED) = range(14)


def frame(kind, flags=0, stream=0, payload=b"", length=None):
    """The bytes of a frame; `length` may lie about the payload's."""
    length = len(payload) if length is None else length
    return (struct.pack(">I", length)[1:]
            + struct.pack(">BBI", kind, flags, stream) + payload)


def settings(*pairs):
    return frame(SETTINGS, payload=b"".join(
        struct.pack(">HI", key, value) for key, value in pairs))


@dataclasses.dataclass
class Frame:
    kind: int
    flags: int
    stream: int
    payload: bytes

    def __str__(self):
        name = TYPES[self.kind] if self.kind < 10 else f"type {self.kind}"
        return (f"{name} flags={self.flags:#x} stream={self.stream} "
                f"{self.payload[:40]!r}")

    @property
    def code(self):
        """The error code of RST_STREAM and GOAWAY."""
        at = 4 if self.kind == GOAWAY else 0
        return struct.unpack_from(">I", self.payload, at)[0]

    @property
    def last_stream(self):
        return struct.unpack_from(">I", self.payload)[0] & 0x7fffffff

    @property
    def settings(self):
        return dict(struct.iter_unpack(">HI", self.payload))


@dataclasses.dataclass
class Answer:
    """What came for a stream, until it ended: `reset` is the code of
    RST_STREAM, `ended` that it was END_STREAM; neither, if the connection
    ended before."""

    fields: list = dataclasses.field(default_factory=list)
    body: bytes = b""
    pieces: list = dataclasses.field(default_factory=list)
    ended: bool = False
    reset: int = None

    @property
    def status(self):
        return int(dict(self.fields)[":status"]) if self.fields else None

    def __getitem__(self, name):
        return dict(self.fields).get(name)


class Peer:
    def __init__(self, sock):
        self.socket = sock
        self.socket.settimeout(limit(10))
        self.decoder = hpack.Decoder()
        self.stream = -1
        self.rest = b""
        self.answers = {}
        self.frames = []  # all that came
        self.block = None
        self.settings = None
        self.goaway = None
        self.over = False
        self.reset = False  # by RST of TCP

    @classmethod
    def connect(cls, port, tls=None, name="localhost"):
        sock = socket.create_connection(("127.0.0.1", port), limit(10))
        if tls:
            tls.set_alpn_protocols(["h2"])
            sock = tls.wrap_socket(sock, server_hostname=name)
        return cls(sock)

    def close(self):
        self.socket.close()

    def send(self, data):
        with contextlib.suppress(BrokenPipeError, ConnectionResetError,
                                 ssl.SSLEOFError):
            self.socket.sendall(data)

    def start(self, *pairs):
        """Preface and SETTINGS; wait for those of the server."""
        self.send(PREFACE + settings(*pairs))
        while self.settings is None and self.read():
            pass
        return self

    def next_stream(self):
        self.stream += 2
        return self.stream

    def fields(self, path, method="GET", more=()):
        return [(":method", method), (":scheme", "http"), (":path", path),
                (":authority", "localhost"), *more]

    def request(self, fields, flags=END_STREAM | END_HEADERS):
        stream = self.next_stream()
        self.send(frame(HEADERS, flags, stream, hpack.encode(fields)))
        return stream

    def get(self, path, *more, method="GET"):
        """Ask for a path; gives the stream's number."""
        return self.request(self.fields(path, method, more))

    def window(self, size, stream=0):
        self.send(frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", size)))

    def read(self):
        """The next frame, which is noted in `answers`; None at the end."""
        head = self._exactly(9)
        if not head:
            return None
        length = int.from_bytes(head[:3], "big")
        kind, flags, stream = struct.unpack(">BBI", head[3:])
        payload = self._exactly(length)
        if payload is None:
            return None
        got = Frame(kind, flags, stream & 0x7fffffff, payload)
        self.frames.append(got)
        self._note(got)
        return got

    def _exactly(self, n):
        while len(self.rest) < n:
            try:
                piece = self.socket.recv(65536)
            except (ConnectionResetError, ssl.SSLError) as error:
                if isinstance(error, TimeoutError):
                    raise
                self.reset = isinstance(error, ConnectionResetError)
                piece = b""
            if not piece:
                self.over = True
                return None
            self.rest += piece
        taken, self.rest = self.rest[:n], self.rest[n:]
        return taken

    def _note(self, got):
        answer = self.answers.setdefault(got.stream, Answer())
        if got.kind in (HEADERS, CONTINUATION):
            self._note_head(got, answer)
        elif got.kind == DATA:
            answer.body += got.payload
            answer.pieces.append(len(got.payload))
            answer.ended = bool(got.flags & END_STREAM)
        elif got.kind == RST_STREAM:
            answer.reset = got.code
        elif got.kind == GOAWAY:
            self.goaway = got
        elif got.kind == SETTINGS and not got.flags & ACK:
            self.settings = {**(self.settings or {}), **got.settings}
            self.send(frame(SETTINGS, ACK))

    def _note_head(self, got, answer):
        self.block = (self.block or b"") + got.payload
        if got.kind == HEADERS:
            self.ends = got.flags & END_STREAM
        if got.flags & END_HEADERS:
            answer.fields += self.decoder.decode(self.block)
            self.block = None
            answer.ended = bool(self.ends)

    def answer(self, stream):
        """All that comes for a stream. Windows are kept open."""
        answer = self.answers.setdefault(stream, Answer())
        while not answer.ended and answer.reset is None:
            got = self.read()
            if not got:
                break
            if got.kind == DATA and got.payload:
                self.window(len(got.payload))
                if not got.flags & END_STREAM:
                    self.window(len(got.payload), got.stream)
        return answer

    def until(self, kind, flags=0):
        """The next frame of that kind with those flags, or None at the end."""
        while got := self.read():
            if got.kind == kind and got.flags & flags == flags:
                return got
        return None

    def until_end(self):
        """All until the server ends the connection; its GOAWAY or None."""
        while self.read():
            pass
        return self.goaway

    def ping(self, text=b"flags???"):
        """Whether the connection is alive: an answer to a PING comes back."""
        self.send(frame(PING, 0, 0, text))
        got = self.until(PING, ACK)
        return got is not None and got.payload == text

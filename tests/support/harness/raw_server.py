"""Servers in threads of the test, for what no good server does."""

import contextlib
import dataclasses
import socket
import threading
import traceback

from .environment import limit


@dataclasses.dataclass
class Request:
    method: str
    path: str
    headers: dict
    raw: bytes


class Connection:
    """One accepted connection of a RawServer, and the requests on it."""

    def __init__(self, server, sock, number):
        self.server = server
        self.socket = sock
        self.number = number  # from 1, in order of acceptance
        self._rest = b""

    def read_request(self):
        """The next request (without a body), or None at the end."""
        while b"\r\n\r\n" not in self._rest:
            try:
                piece = self.socket.recv(65536)
            except OSError:
                return None
            if not piece:
                return None
            self._rest += piece
        raw, self._rest = self._rest.split(b"\r\n\r\n", 1)
        lines = raw.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, value = line.split(":", 1)
            headers[name.strip().lower()] = value.strip()
        request = Request(method, path, headers, raw)
        self.server.note(request)
        return request

    def send(self, data):
        self.socket.sendall(data)

    def answer(self, status, body=b"", length=None, **headers):
        """Send a whole response. `length` may lie about the body's length."""
        reason = {200: "OK", 404: "Not Found"}.get(status, "Whatever")
        lines = [f"HTTP/1.1 {status} {reason}",
                 f"Content-Length: {len(body) if length is None else length}"]
        lines += [f"{name.replace('_', '-')}: {value}"
                  for name, value in headers.items()]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def secure(self, context):
        """Speak TLS from now on."""
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def hold(self):
        """Keep the connection open, unanswered, until the peer or the test
        ends it."""
        with contextlib.suppress(OSError):
            while self.socket.recv(65536):
                pass

    def reset(self):
        """Close with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               b"\1\0\0\0\0\0\0\0")
        self.socket.close()


class RawServer:
    """A server in threads of the test, for what no good server does: of TCP,
    or at a path.

    `answer(connection)` is called for each connection in a thread of its own;
    the connection is closed when it returns. An exception in it, other than
    the peer's going away, fails the test.
    """

    def __init__(self, answer, path=None):
        self._answer = answer
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._open = set()
        self._threads = []
        self._stopping = False
        self.failures = []
        self.requests = []
        self.accepted = 0
        self._listener = self._listen(path)
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def _listen(self, path):
        if path:
            self.url = "http://local/flags"
            return socket.create_server(str(path), family=socket.AF_UNIX,
                                        backlog=1024)
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/flags"
        return listener

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if self._stopping:
                    sock.close()
                    return
                self.accepted += 1
                connection = Connection(self, sock, self.accepted)
                thread = threading.Thread(
                    target=self._run, args=(connection,), daemon=True)
                self._open.add(sock)
                self._threads.append(thread)
                thread.start()

    def _run(self, connection):
        try:
            self._answer(connection)
        except OSError:
            pass  # the client went away, which is its right
        except Exception:
            self.failures.append(traceback.format_exc())
        finally:
            with self._lock:
                self._open.discard(connection.socket)
            connection.socket.close()

    def note(self, request):
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()

    def wait_for_requests(self, count, seconds=20):
        with self._changed:
            if not self._changed.wait_for(
                    lambda: len(self.requests) >= count, limit(seconds)):
                raise AssertionError(
                    f"{len(self.requests)} of {count} requests arrived")

    def paths(self):
        with self._lock:
            return [request.path for request in self.requests]

    def close(self):
        with self._lock:
            self._stopping = True
            open_sockets = list(self._open)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in open_sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in [self._acceptor, *self._threads]:
            thread.join(limit(5))


class Tripwire:
    """A listening socket that nobody may contact. The kernel completes
    connections by itself, so `contacted` misses none."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/flags"

    def contacted(self):
        try:
            self._listener.accept()[0].close()
            return True
        except BlockingIOError:
            return False

    def close(self):
        self._listener.close()


def refused_url():
    """The base of a server that is not there: a port that was free just now
    and is not listened on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{sock.getsockname()[1]}/flags"
